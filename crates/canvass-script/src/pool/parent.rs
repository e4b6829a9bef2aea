//! The parent of script hosts: this file is about the one thread that starts them.
//!
//! The kernel ends a host when its parent ends, and by parent it means the thread that started it. Threads of a runtime
//! come and go; this one stays as long as the sandbox does.

use std::{io, sync::mpsc, thread};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::oneshot,
};

/// Starts processes on a thread of its own. Dropping the last clone ends the thread, and with it every process that is
/// left.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    orders: mpsc::Sender<Order>,
}

struct Order {
    command: Command,
    started: oneshot::Sender<io::Result<Child>>,
}

impl Parent {
    /// Starts the thread. Its processes are watched by the runtime this is called in.
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Handle::current();
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::Builder::new().name("script-hosts".to_owned()).spawn(move || {
            let _inside = runtime.enter();
            while let Ok(Order { mut command, started }) = inbox.recv() {
                // Whoever asked may have gone: the process then ends when it is dropped.
                let _ = started.send(command.spawn());
            }
        })?;
        Ok(Self { orders })
    }

    /// Starts a process.
    pub(crate) async fn start(&self, mut command: Command) -> io::Result<Child> {
        let (started, child) = oneshot::channel();
        command.kill_on_drop(true);
        let gone = || io::Error::other("the thread that starts script hosts has ended");
        self.orders.send(Order { command, started }).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}
