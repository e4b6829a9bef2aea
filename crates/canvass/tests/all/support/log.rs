//! The log of a test's installation: this file is about remembering its errors, so that a test can insist on none.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use tracing::{
    Dispatch, Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

/// What was logged as an error.
#[derive(Clone, Default)]
pub struct Errors(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Errors {
    /// A log that remembers errors here, and warnings and above on the standard error of the test.
    pub fn dispatch(&self) -> Dispatch {
        let screen = tracing_subscriber::fmt::layer()
            .with_test_writer()
            .with_filter(tracing_subscriber::filter::LevelFilter::WARN);
        Dispatch::new(tracing_subscriber::registry().with(self.clone()).with(screen))
    }

    /// The errors so far, which then are forgotten.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panicked while it held the lock"))
    }
}

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut line = Line(String::new());
            event.record(&mut line);
            self.0.lock().expect("no test panicked while it held the lock").push(line.0);
        }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
