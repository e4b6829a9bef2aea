//! People who answer without end: this file is about what they send to two tenants, what they were promised, and whether it
//! was kept.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use canvass_model::{id::SurveyId, response::SubmissionKey};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::support::{
    Person, Process, Survey,
    faults::{Chance, Tally},
};

/// The clients, all at the same time: the place of the survey they answer, and the door they take.
const CLIENTS: [(usize, Door); 5] =
    [(0, Door::Single), (0, Door::Lines), (0, Door::Form), (1, Door::Form), (1, Door::Form)];
/// Responses in one batch of JSON Lines.
const BATCH: u64 = 10;
/// How long a client waits for an answer before it asks again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
/// How long a client waits before it tries again where nobody answers.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// A client's rest after each success: enough load to have something open at every moment, on a machine that also tests
/// other things.
const REST: Duration = Duration::from_millis(3);
/// How often to look how far the clients are.
const POLL: Duration = Duration::from_millis(1);
/// How often to look how far the workers are; each look counts as one of a program's requests.
const LOOK: Duration = Duration::from_millis(250);
/// How long anything here may take, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(2);
/// The choices of the survey's second question.
const TEAS: [&str; 3] = ["black", "green", "none"];

/// How a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// The public form, one page and one post for each response.
    Form,
    /// The API, a request for each response.
    Single,
    /// The API, some responses at once as JSON Lines.
    Lines,
}

/// Clients that send until they are told that it is over.
pub struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

/// What all clients share.
struct Shared {
    surveys: Vec<Survey>,
    urls: Vec<String>,
    next: AtomicU64,
    is_over: AtomicBool,
    /// By survey and number the id that was promised.
    acknowledged: Mutex<[BTreeMap<u64, String>; 2]>,
    count: AtomicU64,
}

/// The demonstration's two tenants, one on each lane, each with a survey; `--demo` is left out at later starts.
pub async fn publish(server: &mut Process) -> Vec<Survey> {
    let mut surveys = Vec::new();
    for (place, alias) in ["adatum", "fabrikam"].into_iter().enumerate() {
        let token = server.ready["demo"][place]["token"].as_str().expect("a token for each").to_owned();
        let program = Person::with_token("A program", server.url(), &token);
        surveys.push(Survey::publish(program, alias, "tea", &definition()).await);
    }
    server.without("--demo");
    surveys
}

fn definition() -> Value {
    let teas: Vec<Value> = TEAS.iter().map(|it| json!({ "id": it, "label": it })).collect();
    json!({ "title": "Tea", "sections": [{ "id": "all", "questions": [
        { "id": "number", "type": "integer", "label": "Number", "required": true, "min": 0, "max": 1_000_000_000 },
        { "id": "tea", "type": "single_choice", "label": "Which tea?", "choices": teas },
    ] }] })
}

impl Load {
    /// Starts the clients, each of which asks the servers at `urls` in turn.
    pub fn begin(surveys: Vec<Survey>, urls: Vec<String>) -> Self {
        let (next, is_over, count) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
        let shared = Arc::new(Shared { surveys, urls, next, is_over, acknowledged: Mutex::default(), count });
        let mut clients = JoinSet::new();
        for place in 0..CLIENTS.len() {
            clients.spawn(Arc::clone(&shared).client(place));
        }
        Self { shared, clients }
    }

    /// A server with the demonstration, and clients that send to it.
    pub async fn on(server: &mut Process) -> Self {
        let surveys = publish(server).await;
        Self::begin(surveys, vec![server.url().to_owned()])
    }

    /// How many responses were acknowledged.
    pub fn count(&self) -> u64 {
        self.shared.count.load(Ordering::Relaxed)
    }

    /// Waits until so many more are; answers how long that took.
    pub async fn until_more(&mut self, more: u64) -> Duration {
        let (begun, wanted) = (Instant::now(), self.count() + more);
        while self.count() < wanted {
            if let Some(ended) = self.clients.try_join_next() {
                ended.expect("a client goes on");
            }
            assert!(begun.elapsed() < PATIENCE, "nothing is acknowledged any more");
            sleep(POLL).await;
        }
        begun.elapsed()
    }

    /// Waits for a moment of the clients' work by chance: some acknowledgements, and then a moment more.
    pub async fn until_some_moment(&mut self, chance: &mut Chance) {
        self.until_more(1 + chance.below(80)).await;
        sleep(chance.time_below(Duration::from_millis(20))).await;
    }

    /// Ends the clients, and looks at a server whether every promise was kept: every acknowledged response is there, under
    /// the id that was promised, with the answers that were sent; none is there twice; the summary is what a recount of
    /// the export gives; and nothing is there that nobody sent.
    pub async fn settle(&mut self, server: &Process) -> Tally {
        self.shared.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a client ends well");
        }
        self.look(server).await
    }

    /// The same look, at one more server.
    pub async fn look(&self, server: &Process) -> Tally {
        let mut tally = Tally::default();
        for place in 0..self.shared.surveys.len() {
            tally += self.look_at(place, server).await;
        }
        tally
    }

    async fn look_at(&self, place: usize, server: &Process) -> Tally {
        let survey = &self.shared.surveys[place];
        let program = survey.program.at(server.url());
        let acknowledged = self.shared.acknowledged.lock().unwrap()[place].clone();
        let deadline = Instant::now() + PATIENCE;
        let (mut before, mut summary) = (Value::Null, Value::Null);
        // What was accepted but not promised may still be on its way.
        while Instant::now() < deadline
            && (before != summary || summary["responses"].as_u64() < Some(acknowledged.len() as u64))
        {
            sleep(LOOK).await;
            before = summary;
            summary = program.get(&survey.api("/summary")).await.expect(200).json();
        }
        let export = program.get(&survey.api("/export")).await.expect(200);
        let mut reader = csv::Reader::from_reader(export.body.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let mut found: HashMap<u64, &str> = HashMap::new();
        let mut doubled = 0;
        for row in &rows {
            let number: u64 = row[4].parse().expect("a number was sent");
            assert!(number < self.shared.next.load(Ordering::Relaxed), "{number} was never sent");
            assert_eq!(row[5], *tea(number), "the answers to {number} are others");
            doubled += usize::from(found.insert(number, &row[0]).is_some());
        }
        let lost: Vec<&u64> =
            acknowledged.iter().filter(|(number, id)| found.get(number) != Some(&id.as_str())).map(|it| it.0).collect();
        if !lost.is_empty() {
            println!("{} lost {lost:?}", survey.page);
        }
        doubled += miscounted(&summary, &rows);
        Tally { acknowledged: acknowledged.len(), lost: lost.len(), doubled }
    }
}

/// By how much a summary differs from a recount.
fn miscounted(summary: &Value, rows: &[csv::StringRecord]) -> usize {
    let counted = |it: &Value| usize::try_from(it.as_u64().expect("a count")).expect("a small count");
    let mut off = counted(&summary["responses"]).abs_diff(rows.len());
    let questions = &summary["questions"];
    off += counted(&questions["number"]["answered"]).abs_diff(rows.len());
    for tea in TEAS {
        let recounted = rows.iter().filter(|it| it[5] == *tea).count();
        off += counted(&questions["tea"]["choices"][tea]).abs_diff(recounted);
    }
    if 0 < off {
        println!("counted: {summary}, but there are {} rows", rows.len());
    }
    off
}

fn tea(number: u64) -> &'static str {
    TEAS[usize::try_from(number % 3).expect("below three")]
}

fn key(number: u64) -> String {
    format!("load-{number}")
}

fn submission(number: u64) -> Value {
    json!({ "answers": { "number": number, "tea": tea(number) }, "submission_key": key(number) })
}

impl Shared {
    /// Sends until it is over, each response until it is acknowledged.
    async fn client(self: Arc<Self>, place: usize) {
        let (survey, door) = CLIENTS[place];
        let ray = Person::new("Ray", &self.urls[0]);
        let mut tries = place;
        while !self.is_over() {
            let size = if door == Door::Lines { BATCH } else { 1 };
            let first = self.next.fetch_add(size, Ordering::Relaxed);
            let mut form_key = None;
            loop {
                let url = &self.urls[tries % self.urls.len()];
                let promised = match door {
                    Door::Form => self.fill_in(&ray.at(url), survey, first, &mut form_key).await,
                    Door::Single | Door::Lines => self.send(url, survey, first, size).await,
                };
                if let Some(ids) = promised {
                    self.note(survey, first, ids);
                    break;
                }
                if self.is_over() {
                    return;
                }
                tries += 1;
                sleep(TRY_AGAIN_AFTER).await;
            }
            sleep(REST).await;
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn note(&self, survey: usize, first: u64, ids: Vec<String>) {
        let count = ids.len() as u64;
        self.acknowledged.lock().unwrap()[survey].extend((first..).zip(ids));
        self.count.fetch_add(count, Ordering::Relaxed);
    }

    /// Opens the form, unless it is open already, and posts it. A browser that tries again posts the same form: its key
    /// makes that one response.
    async fn fill_in(
        &self,
        ray: &Person,
        survey: usize,
        number: u64,
        form_key: &mut Option<String>,
    ) -> Option<Vec<String>> {
        let survey = &self.surveys[survey];
        if form_key.is_none() {
            let html = answered(ray.request(Method::GET, &survey.page)).await?.1;
            *form_key =
                html.split("name=\"_key\" value=\"").nth(1).and_then(|it| it.split('"').next()).map(str::to_owned);
        }
        let key = form_key.as_ref()?;
        let number = number.to_string();
        let fields = [("number", number.as_str()), ("tea", tea(number.parse().expect("a number"))), ("_key", key)];
        let (status, body) = answered(ray.request(Method::POST, &survey.page).form(&fields)).await?;
        assert_eq!(status, StatusCode::SEE_OTHER, "the form: {body}");
        let survey = SurveyId::parse(&survey.id).expect("an id");
        Some(vec![SubmissionKey::parse(key).expect("the page gave it").response_id(survey).to_string()])
    }

    /// Sends `size` responses over the API.
    async fn send(&self, url: &str, survey: usize, first: u64, size: u64) -> Option<Vec<String>> {
        let survey = &self.surveys[survey];
        let request = survey.program.at(url).request(Method::POST, &survey.api("/responses"));
        let request = if size == 1 {
            request.json(&submission(first))
        } else {
            let lines = (first..first + size).map(|it| submission(it).to_string() + "\n").collect::<String>();
            request.header("content-type", "application/x-ndjson").body(lines)
        };
        let (status, body) = answered(request).await?;
        assert!(status.is_success(), "{status}: {body}");
        let lines = body.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
        let ids: Vec<String> = lines.filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
        (ids.len() as u64 == size).then_some(ids)
    }
}

/// What a server answers; `None` when it does not, or asks to come back.
async fn answered(request: RequestBuilder) -> Option<(StatusCode, String)> {
    let answer = request.timeout(ANSWERED_WITHIN).send().await.ok()?;
    let status = answer.status();
    let body = answer.text().await.ok()?;
    let is_busy = status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS;
    (!is_busy).then_some((status, body))
}
