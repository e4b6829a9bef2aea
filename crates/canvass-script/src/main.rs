//! A script host by itself: this file is about where it begins in the tests of this crate, and about a server to be killed.

use std::{
    ffi::OsString,
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use canvass_model::{
    id::TenantId,
    script::{Limits, ScriptName, Source},
    time::Timestamp,
};
use canvass_script::{Call, Host, Order, Refusal, Sandbox, Settings};
use futures_util::future::BoxFuture;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "script-host" => canvass_script::process::main(rest),
        Some((first, [cache])) if first == "server" => serve(cache.into()),
        Some(_) | None => ExitCode::FAILURE,
    }
}

/// A server with two hosts that run scripts without end. It prints their processes and waits to be killed.
fn serve(cache: PathBuf) -> ExitCode {
    let (Ok(runtime), Ok(program)) = (tokio::runtime::Runtime::new(), std::env::current_exe()) else {
        return ExitCode::FAILURE;
    };
    runtime.block_on(async {
        let sandbox = Sandbox::start(Settings { hosts: 2, ..Settings::new(program, cache) });
        let mut runs = tokio::task::JoinSet::new();
        for number in 0..4_u128 {
            let (sandbox, order) = (sandbox.clone(), endless(number));
            runs.spawn(async move { sandbox.run(order, &mut Nobody).await });
        }
        while sandbox.status().running < 4 || sandbox.status().hosts.len() < 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let hosts: Vec<String> = sandbox.status().hosts.iter().map(|it| it.process.to_string()).collect();
        let _ = writeln!(std::io::stdout(), "{}", hosts.join(" "));
        while runs.join_next().await.is_some() {}
    });
    ExitCode::SUCCESS
}

fn endless(number: u128) -> Order {
    Order {
        tenant: TenantId::parse(&format!("{number:032x}")).unwrap_or_else(|| unreachable!("it is an id")),
        name: ScriptName::parse("endless").unwrap_or_else(|_| unreachable!("it is a name")),
        source: Arc::new(Source::parse("while True: pass").unwrap_or_default()),
        program: None,
        modules: Vec::new(),
        call: Call::Main,
        context: serde_json::json!({}),
        limits: Limits { fuel_max: u64::MAX / 2, wall_ms_max: 600_000, ..Limits::DEFAULT },
        now: Timestamp(0),
        seed: 0,
    }
}

/// Nobody answers a script that asks for nothing.
struct Nobody;

impl Host for Nobody {
    fn call<'a>(&'a mut self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<String, Refusal>> {
        Box::pin(async { Err(Refusal::because("nobody answers")) })
    }
}
