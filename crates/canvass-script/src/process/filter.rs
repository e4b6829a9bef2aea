//! System calls: this file is about the few that a script host makes, and what becomes of all others.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter_all_threads,
};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// `ioctl(PAGEMAP_SCAN)`, by which wasmtime finds the pages an instance wrote.
const PAGEMAP_SCAN: u64 = 0xc060_6610;

/// Needed, and harmless whatever their arguments: memory, time, waiting, threads that are there already, and reading and
/// writing what is open, which is the server's socket and nothing else.
const NEEDED: [i64; 28] = [
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_read,
    libc::SYS_recvfrom,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Needed on this architecture only.
#[cfg(target_arch = "x86_64")]
const NEEDED_HERE: [i64; 2] = [libc::SYS_epoll_wait, libc::SYS_poll];
#[cfg(target_arch = "aarch64")]
const NEEDED_HERE: [i64; 1] = [libc::SYS_ppoll];

/// Asked for by libraries that can do without: they are told that it is not allowed.
const REFUSED: [i64; 13] = [
    libc::SYS_faccessat,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_getcwd,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_prlimit64,
    libc::SYS_readlinkat,
    libc::SYS_sched_getaffinity,
    libc::SYS_shutdown,
    libc::SYS_statx,
    libc::SYS_uname,
];

/// Refused on this architecture only.
#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: [i64; 3] = [libc::SYS_access, libc::SYS_open, libc::SYS_readlink];
#[cfg(target_arch = "aarch64")]
const REFUSED_HERE: [i64; 0] = [];

/// Applies the filter to all threads. There are two, because each has one verdict for what it names, and of several
/// filters the strictest verdict counts: the first refuses, the second lets through what is needed or refused and ends
/// the process at anything else.
pub(super) fn apply() -> Result<(), String> {
    for program in [refusing()?, ending()?] {
        apply_filter_all_threads(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn refusing() -> Result<BpfProgram, String> {
    let rules = REFUSED.into_iter().chain(REFUSED_HERE).map(|call| (call, vec![])).collect();
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    program(rules, SeccompAction::Allow, refuse)
}

fn ending() -> Result<BpfProgram, String> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = NEEDED
        .into_iter()
        .chain(NEEDED_HERE)
        .chain(REFUSED)
        .chain(REFUSED_HERE)
        .map(|call| (call, vec![]))
        .collect();
    // Memory that can be executed was mapped when the guest was loaded, and no more comes.
    let executable = u64::from(libc::PROT_EXEC.unsigned_abs());
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![rule(2, SeccompCmpOp::MaskedEq(executable), 0)?]);
    }
    rules.insert(libc::SYS_ioctl, vec![rule(1, SeccompCmpOp::Eq, PAGEMAP_SCAN)?]);
    // To whom the socket is connected, and to nobody who is named.
    let nobody = SeccompCondition::new(4, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0);
    let nobody = nobody.and_then(|it| SeccompRule::new(vec![it])).map_err(|error| error.to_string())?;
    rules.insert(libc::SYS_sendto, vec![nobody]);
    // `abort` ends this process by a signal to itself.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, own)?]);
    program(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}

fn rule(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, String> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value);
    condition.and_then(|it| SeccompRule::new(vec![it])).map_err(|error| error.to_string())
}

fn program(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, String> {
    let filter = SeccompFilter::new(rules, otherwise, matched, ARCHITECTURE).map_err(|error| error.to_string())?;
    filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())
}
