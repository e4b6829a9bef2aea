//! What belongs to one instance: this file is about its limits, what it used, and where its words go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use canvass_model::script::{LogLevel, LogLine};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use wasmtime::{ResourceLimiter, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::{MEMORY_BYTES_MAX, meter::Clock};
use crate::wire::{Allowed, FromHost, Outbox};

/// One line of a log may be this long, in bytes; what is longer is cut.
const LOG_LINE_BYTES_MAX: usize = 4 * 1024;

/// The server's answers to the calls of a run, and what each took there.
pub(crate) type Answers = mpsc::Receiver<(Result<String, String>, Duration)>;

/// The state of one instance, from before it knows its run until its end.
pub(crate) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(super) memory: Memory,
    pub(super) run: Run,
}

/// What a run adds to an instance.
pub(super) struct Run {
    /// Names the run to the server.
    pub(super) id: u64,
    pub(super) allowed: Allowed,
    /// What counts against its limit of time; the script sees nothing of it.
    pub(super) clock: Clock,
    /// The clock at the beginning, in nanoseconds since the Unix epoch.
    pub(super) began_ns: u64,
    /// Nanoseconds that it slept so far.
    pub(super) slept_ns: Arc<AtomicU64>,
    pub(super) random: Random,
    pub(super) outbox: Option<Outbox>,
    pub(super) answers: Option<Answers>,
    pub(super) host_calls: u32,
    pub(super) output: String,
    pub(super) output_truncated: bool,
    pub(super) log: Vec<LogLine>,
}

/// The memory of an instance.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) bytes_max: usize,
    pub(super) bytes: usize,
    pub(super) peak_bytes: usize,
    /// Whether more was wanted than there may be.
    pub(super) was_refused: bool,
}

/// Random bytes that follow from a seed: SHA-256 of seed and counter. Nobody who sees some of them knows the others.
pub(super) struct Random {
    seed: [u8; 8],
    counter: u64,
}

impl State {
    /// The state of an instance that has no run yet, and so nothing to run with.
    pub(super) fn blank() -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.allow_tcp(false).allow_udp(false).allow_ip_name_lookup(false).allow_blocking_current_thread(true);
        Self {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            memory: Memory { bytes_max: MEMORY_BYTES_MAX, bytes: 0, peak_bytes: 0, was_refused: false },
            run: Run {
                id: 0,
                allowed: Allowed::NOTHING,
                clock: Clock::new(Duration::ZERO),
                began_ns: 0,
                slept_ns: Arc::default(),
                random: Random { seed: [0; 8], counter: 0 },
                outbox: None,
                answers: None,
                host_calls: 0,
                output: String::new(),
                output_truncated: false,
                log: Vec::new(),
            },
        }
    }
}

impl Run {
    /// Keeps what was printed, up to the limit.
    pub(super) fn print(&mut self, text: &str) {
        let room = self.allowed.output_bytes_max.saturating_sub(self.output.len());
        let kept = beginning(text, room);
        self.output.push_str(kept);
        self.output_truncated |= kept.len() < text.len();
    }

    /// Keeps a line of the log, up to the limit.
    pub(super) fn write(&mut self, level: u8, message: &str) {
        if self.log.len() < self.allowed.log_lines_max {
            let level = match level {
                0 => LogLevel::Debug,
                1 => LogLevel::Info,
                2 => LogLevel::Warning,
                _ => LogLevel::Error,
            };
            self.log.push(LogLine { level, message: beginning(message, LOG_LINE_BYTES_MAX).to_owned() });
        }
    }

    /// Asks the server, and waits for its answer.
    pub(super) async fn ask(&mut self, name: String, arguments: String) -> Result<String, String> {
        let (Some(outbox), Some(answers)) = (&self.outbox, &mut self.answers) else {
            return Err("nothing can be asked while a script is only read".to_owned());
        };
        outbox.send(&FromHost::Call { id: self.id, name, arguments }).await;
        self.clock.answered(answers.recv()).await.unwrap_or_else(|| Err("the server no longer answers".to_owned()))
    }

    pub(super) fn slept_ns(&self) -> u64 {
        self.slept_ns.load(Ordering::Relaxed)
    }
}

impl Random {
    pub(super) fn from_seed(seed: u64) -> Self {
        Self { seed: seed.to_le_bytes(), counter: 0 }
    }

    /// The next bytes, `count` of them.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count.next_multiple_of(32));
        while bytes.len() < count {
            let block = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes()).finalize();
            self.counter += 1;
            bytes.extend_from_slice(&block);
        }
        bytes.truncate(count);
        bytes
    }

    /// The next number.
    pub(super) fn number(&mut self) -> u64 {
        self.bytes(8).into_iter().fold(0, |number, byte| number << 8 | u64::from(byte))
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = self.bytes.saturating_sub(current).saturating_add(desired);
        let is_allowed = bytes <= self.bytes_max;
        if is_allowed {
            self.bytes = bytes;
            self.peak_bytes = self.peak_bytes.max(bytes);
        } else {
            self.was_refused = true;
        }
        Ok(is_allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= super::TABLE_ELEMENTS_MAX)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The longest beginning of a text that has at most `bytes_max` bytes.
pub(super) fn beginning(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
