//! The door nobody waits at: worker framework, jobs, apply, schedules and mail.

pub mod mail;
pub mod worker;
