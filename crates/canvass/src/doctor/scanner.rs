//! The virus scanner: this file is about whether clamd answers.

use canvass_work::scan::Clamd;

use super::Finding;
use crate::config::Files;

pub(super) async fn examine(files: &Files) -> Finding {
    let Some(place) = &files.clamd else {
        return Finding::ok("virus scan", "not configured: files are served unscanned, and said to be");
    };
    let advice = "Start clamd, and check files.clamd and its TCPSocket or LocalSocket. Uploads wait until it answers.";
    let Ok(clamd) = Clamd::parse(place) else {
        return Finding::fail("virus scan", format!("{place} is no address of clamd"), advice);
    };
    match clamd.version().await {
        Ok(version) => Finding::ok("virus scan", format!("{place} answers: {version}")),
        Err(trouble) => Finding::fail("virus scan", format!("{place}: {trouble}"), advice),
    }
}
