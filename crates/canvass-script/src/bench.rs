//! The least a run can cost: this file is about the guest called without processes, queue and frames, to measure against.

use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::InstancePre;

use crate::{
    Order, Program, Settings,
    conversation::{self, Programs},
    engine::{
        self, State, image,
        instance::{Line, Spare},
    },
    wire::{self, Allowed, End, FromHost, Outbox},
};

/// The guest in this process: an engine, and an instance for every run.
pub struct Bare {
    pre: InstancePre<State>,
    /// What loading it took: from machine code in a file to the first instance.
    pub started_in: Duration,
}

impl Bare {
    /// Loads the guest, and compiles it first if it must.
    pub async fn load(settings: &Settings) -> Result<Self, String> {
        let path = image::compile(&settings.cache)?;
        let words = |error: wasmtime::Error| format!("{error:#}");
        let began = Instant::now();
        let engine = engine::runner().map_err(words)?;
        let component = image::load(&engine, &path).map_err(words)?;
        let pre = engine::linked(&engine, &component).map_err(words)?;
        drop(Spare::new(&pre).await.map_err(words)?);
        Ok(Self { pre, started_in: began.elapsed() })
    }

    /// Makes an instance, runs the order's program in it, and takes it down; what that took. Every host call is answered
    /// with an empty object.
    pub async fn run(&self, order: &Order, program: &Program) -> Result<Duration, String> {
        let began = Instant::now();
        let programs = Programs { script: Some(program.clone().into()), modules: Vec::new() };
        let given = conversation::given(order, usize::MAX).unwrap_or_default();
        let frame = conversation::frame(order, &programs, given, Allowed::from(order.limits));
        let (outbox, mut frames) = Outbox::new();
        let (answer, answers) = tokio::sync::mpsc::channel(1);
        let mut instance = Spare::new(&self.pre).await.map_err(|error| format!("{error:#}"))?;
        let run = instance.run(1, frame, Line { outbox, answers });
        let desk = async {
            while let Some(frame) = frames.recv().await {
                if let Ok(FromHost::Call { .. }) = wire::unpacked(&frame[4..]) {
                    let _ = answer.send((Ok("{}".to_owned()), Duration::ZERO)).await;
                }
            }
        };
        let done = tokio::select! {
            done = run => done,
            () = desk => return Err("the run ended without an end".to_owned()),
        };
        drop(instance);
        match done.end {
            End::Answer(answer) if answer.starts_with(r#"{"ok":true"#) => Ok(began.elapsed()),
            other => Err(format!("the run failed: {other:?}")),
        }
    }
}
