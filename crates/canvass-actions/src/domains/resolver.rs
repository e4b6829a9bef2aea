//! Resolvers: this file is about what is asked of the name system, and what may come back.

use std::pin::Pin;

/// Asks the name system. There are two: one that does, and [`Off`] for installations that have no way to it.
pub trait Resolver: Send + Sync + 'static {
    /// The TXT records of a name, at most [`TEXTS_MAX`], each as one text whatever pieces it travelled in. Ends within a
    /// bounded time, whatever servers do.
    fn texts<'a>(&'a self, name: &'a str) -> Looking<'a>;
}

/// A look that is under way.
pub type Looking<'a> = Pin<Box<dyn Future<Output = Result<Vec<Vec<u8>>, NoTexts>> + Send + 'a>>;

/// Records that are looked at; a name that has more is somebody's mistake, or attack.
pub const TEXTS_MAX: usize = 200;

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTexts {
    /// The name system knows the name, or says that there is none, and certainly no text of it.
    #[error("the name system has no such record")]
    Missing,
    /// Nobody knows: servers did not answer, or not so that it could be understood. Why, in words.
    #[error("{0}")]
    Unclear(String),
}

/// Answers nothing: domains of tenants' own are switched off.
#[derive(Debug, Clone, Copy)]
pub struct Off;

impl Resolver for Off {
    fn texts<'a>(&'a self, _: &'a str) -> Looking<'a> {
        let words = "this installation looks no domains up; its operator can change that (domains.resolver)";
        Box::pin(std::future::ready(Err(NoTexts::Unclear(words.to_owned()))))
    }
}
