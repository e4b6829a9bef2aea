//! Respondents that answer surveys: this file is about how they come, what each does, and when they stop.
//!
//! Two kinds of load. In an open one respondents come at a rate, whatever becomes of those before them; a request counts
//! from the moment it was due, so that a server that stalls is charged for everybody it kept waiting (what Gil Tene calls
//! coordinated omission). In a closed one so many are there, and each begins anew when it is done.

mod form;
mod record;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Client, Response, StatusCode, Url, header};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::record::Record;
use self::{form::Form, record::Step};
use crate::demo::Dice;

/// What the respondents do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The surveys they answer, in turns.
    pub(crate) surveys: Vec<Url>,
    pub(crate) arrival: Arrival,
    /// How long they come.
    pub(crate) span: Duration,
    /// How long one thinks about a page, on average.
    pub(crate) thinking: Duration,
}

/// How respondents come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Arrival {
    /// So many a second, at moments that do not depend on each other; at most so many at once, the others wait.
    Open { per_second: f64, at_once_max: usize },
    /// So many, each again and again.
    Closed { respondents: usize },
}

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long those who are there at the end may take to finish.
const LEAVE_WITHIN: Duration = Duration::from_mins(1);
/// Sections one sends before it gives up.
const SECTIONS_MAX: usize = 200;
/// A page larger than this is none of a survey.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// Whoever answers: shared by all of them.
struct Crowd {
    client: Client,
    plan: Plan,
    record: Mutex<Record>,
    stop: CancellationToken,
}

/// Lets respondents come until the time is over or `stop`; those who are there then may finish.
pub(crate) async fn run(plan: Plan, stop: CancellationToken) -> Result<(Record, Duration), reqwest::Error> {
    // Twice is once: another part of the process may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none()).build()?;
    let arrival = plan.arrival;
    let crowd = Arc::new(Crowd { client, plan, record: Mutex::default(), stop });
    let began = Instant::now();
    let mut there = match arrival {
        Arrival::Open { per_second, at_once_max } => crowd.come_at(per_second, at_once_max).await,
        Arrival::Closed { respondents } => crowd.come_again(respondents),
    };
    let finishing = async { while there.join_next().await.is_some() {} };
    let end = began + crowd.plan.span + LEAVE_WITHIN;
    if timeout(end.saturating_duration_since(Instant::now()), finishing).await.is_err() {
        crowd.record().note_error(format!("not finished {} s after the end", LEAVE_WITHIN.as_secs()));
        there.shutdown().await;
    }
    let record = std::mem::take(&mut *crowd.record());
    Ok((record, began.elapsed()))
}

impl Crowd {
    /// Respondents that come at a rate: the time between two follows an exponential distribution.
    async fn come_at(self: &Arc<Self>, per_second: f64, at_once_max: usize) -> JoinSet<()> {
        let mut there = JoinSet::new();
        let room = Arc::new(Semaphore::new(at_once_max));
        let mut dice = Dice::named("arrivals");
        let (mut due, end) = (Instant::now(), Instant::now() + self.plan.span);
        for number in 0.. {
            due += Duration::from_secs_f64(exponential(&mut dice) / per_second);
            if end <= due || self.pause_until(due).await {
                break;
            }
            let permit = tokio::select! {
                () = self.stop.cancelled() => break,
                permit = Arc::clone(&room).acquire_owned() => permit,
            };
            let Ok(permit) = permit else { break };
            there.spawn(Arc::clone(self).answer_once(number, due, permit));
            while there.try_join_next().is_some() {}
        }
        there
    }

    /// Respondents of whom each begins anew when it is done.
    fn come_again(self: &Arc<Self>, respondents: usize) -> JoinSet<()> {
        let mut there = JoinSet::new();
        let end = Instant::now() + self.plan.span;
        for number in 0..respondents {
            let crowd = Arc::clone(self);
            there.spawn(async move {
                let mut turn = number;
                let mut dice = Dice::named(&format!("respondent {number}"));
                // Not all at once, as nobody does.
                let late = crowd.plan.thinking.mul_f64(dice.throw());
                if crowd.pause_until(Instant::now() + late).await {
                    return;
                }
                while Instant::now() < end && !crowd.stop.is_cancelled() {
                    crowd.answer(turn, Instant::now(), &mut dice).await;
                    turn += respondents;
                }
            });
        }
        there
    }

    async fn answer_once(self: Arc<Self>, number: usize, due: Instant, _permit: OwnedSemaphorePermit) {
        let mut dice = Dice::named(&format!("respondent {number}"));
        self.answer(number, due, &mut dice).await;
    }

    /// One respondent, from the first page to the last; what goes wrong is noted.
    async fn answer(&self, turn: usize, due: Instant, dice: &mut Dice) {
        self.record().came += 1;
        let survey = &self.plan.surveys[turn % self.plan.surveys.len()];
        if let Err(what) = self.go_through(survey, due, dice).await {
            self.record().note_error(what);
        }
    }

    async fn go_through(&self, survey: &Url, due: Instant, dice: &mut Dice) -> Result<(), String> {
        let opened = self.client.get(survey.clone()).send().await.map_err(in_words)?;
        if opened.status() != StatusCode::OK {
            return Err(format!("opening was answered {}", opened.status()));
        }
        let mut page = read(opened).await?;
        self.record().note(Step::Open, due.elapsed());
        for _ in 0..SECTIONS_MAX {
            let form = Form::read(&page).ok_or("a page had no form")?;
            let action = survey.join(&form.action).map_err(in_words)?;
            sleep(self.plan.thinking.mul_f64(exponential(dice))).await;
            let due = Instant::now();
            let sent = self.client.post(action.clone()).form(&form.fill(dice)).send().await.map_err(in_words)?;
            match sent.status() {
                StatusCode::SEE_OTHER => {
                    self.record().note(Step::Send, due.elapsed());
                    self.record().acknowledged += 1;
                    return self.read_thanks(&action, &sent).await;
                }
                StatusCode::OK => page = read(sent).await?,
                StatusCode::UNPROCESSABLE_ENTITY => {
                    let page = Form::read(&read(sent).await?).unwrap_or_default();
                    let why = page.complaint().unwrap_or("without a reason");
                    return Err(format!("the answers were refused: {why}"));
                }
                status => return Err(format!("sending was answered {status}")),
            }
            self.record().note(Step::Section, due.elapsed());
        }
        Err(format!("the survey did not end after {SECTIONS_MAX} sections"))
    }

    async fn read_thanks(&self, action: &Url, sent: &Response) -> Result<(), String> {
        let to = sent.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
        let to = action.join(to.ok_or("the answer led nowhere")?).map_err(in_words)?;
        let due = Instant::now();
        let thanks = self.client.get(to).send().await.map_err(in_words)?;
        if thanks.status() != StatusCode::OK {
            return Err(format!("the last page was answered {}", thanks.status()));
        }
        read(thanks).await?;
        self.record().note(Step::Thanks, due.elapsed());
        Ok(())
    }

    /// Waits; answers whether to stop.
    async fn pause_until(&self, moment: Instant) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => true,
            () = sleep_until(moment) => self.stop.is_cancelled(),
        }
    }

    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page, bounded.
async fn read(mut answer: Response) -> Result<String, String> {
    let mut page = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(in_words)? {
        page.extend_from_slice(&piece);
        if PAGE_BYTES_MAX < page.len() {
            return Err("a page was too large".to_owned());
        }
    }
    String::from_utf8(page).map_err(in_words)
}

/// A throw whose mean is one, most of them small: so people think, and so they come.
fn exponential(dice: &mut Dice) -> f64 {
    -(1.0 - dice.throw()).ln()
}

/// The innermost reason, which says the most.
fn in_words(error: impl std::error::Error) -> String {
    let mut source = error.source();
    let mut words = error.to_string();
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    words
}
