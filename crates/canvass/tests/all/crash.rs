//! Killed again and again: this file is about servers that end at any moment, and responses that do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use canvass_model::{id::SurveyId, response::SubmissionKey};
use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    bfi::assert_same_figures,
    support::{
        Person, Process, Survey,
        bfi::{self, Row},
        on_postgres,
    },
};

/// How often the server is killed.
const KILLS: u32 = 10;
/// The doors the clients use, all at the same time: half of the rows go through the form, half through the API.
const CLIENTS: [Door; 4] = [Door::Form, Door::Single, Door::Form, Door::Lines];
/// How long after the row that decides it a server is killed, at most: while clients wait for answers.
const LIFE_MS_MAX: u64 = 20;
/// How often to look how far the clients are.
const POLL: Duration = Duration::from_millis(1);
/// Rows in one batch of those that travel as JSON Lines.
const BATCH: usize = 10;
/// How long a client waits before it tries again where nobody answers.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// What was acknowledged: the submission key and the id it was told.
type Acknowledged = Arc<Mutex<BTreeMap<String, String>>>;

/// How a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// The public form, one page and one post for each row.
    Form,
    /// The API, a request for each row.
    Single,
    /// The API, some rows at once as JSON Lines.
    Lines,
}

/// What all clients share.
#[derive(Clone)]
struct Load {
    survey: Survey,
    questions: Arc<Vec<String>>,
    rows: Arc<Vec<Row>>,
    /// The next row of the half that goes through the form, and of the half that goes through the API.
    next: Arc<[AtomicUsize; 2]>,
    acknowledged: Acknowledged,
}

/// Numbers that look random and can be had again: xorshift.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = std::env::var("CANVASS_TEST_SEED").ok().and_then(|it| it.parse().ok());
        let nanos = || u64::from(std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos());
        // Xorshift stays at zero for ever.
        let seed = seed.unwrap_or_else(nanos) | 1;
        Self(seed)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

impl Load {
    fn new(survey: Survey) -> Self {
        Self {
            survey,
            questions: Arc::new(bfi::questions()),
            rows: Arc::new(bfi::rows()),
            next: Arc::default(),
            acknowledged: Acknowledged::default(),
        }
    }

    /// Sends rows of its half until none is left, every one until it is acknowledged.
    async fn client(self, urls: Vec<String>, place: usize) {
        let door = CLIENTS[place];
        let (form, api) = self.rows.split_at(self.rows.len() / 2);
        let (half, next, size) = match door {
            Door::Form => (form, &self.next[0], 1),
            Door::Single => (api, &self.next[1], 1),
            Door::Lines => (api, &self.next[1], BATCH),
        };
        let mut tries = place;
        loop {
            let begin = next.fetch_add(size, Ordering::Relaxed);
            let Some(rows) = half.get(begin..(begin + size).min(half.len())).filter(|it| !it.is_empty()) else {
                return;
            };
            let mut key = None;
            while !self.try_once(&urls[tries % urls.len()], (door, rows), &mut key).await {
                tries += 1;
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
            }
        }
    }

    async fn try_once(&self, url: &str, (door, rows): (Door, &[Row]), key: &mut Option<String>) -> bool {
        match door {
            Door::Form => self.fill_in(url, &rows[0], key).await,
            Door::Single | Door::Lines => self.send(url, rows).await,
        }
    }

    /// Opens the form, unless it is open already, and posts it; answers whether the thank-you page was promised. A
    /// browser that tries again posts the same form: its key makes that one response.
    async fn fill_in(&self, url: &str, row: &Row, key: &mut Option<String>) -> bool {
        let ray = Person::new("Ray", url);
        if key.is_none() {
            let Ok(page) = ray.request(reqwest::Method::GET, &self.survey.page).send().await else { return false };
            let Ok(html) = page.text().await else { return false };
            *key = html.split("name=\"_key\" value=\"").nth(1).and_then(|it| it.split('"').next()).map(str::to_owned);
        }
        let Some(key) = key else { return false };
        let mut fields = row.fields(&self.questions);
        fields.push(("_key", key));
        let request = ray.request(reqwest::Method::POST, &self.survey.page).form(&fields);
        let Ok(answer) = request.send().await else { return false };
        let status = answer.status();
        assert!(status == StatusCode::SEE_OTHER || status == StatusCode::SERVICE_UNAVAILABLE, "the form: {status}");
        if status == StatusCode::SEE_OTHER {
            let survey = SurveyId::parse(&self.survey.id).unwrap();
            let id = SubmissionKey::parse(key).unwrap().response_id(survey).to_string();
            self.acknowledged.lock().unwrap().insert(key.clone(), id);
        }
        status == StatusCode::SEE_OTHER
    }

    /// Sends rows to one server; answers whether all of them were acknowledged.
    async fn send(&self, url: &str, rows: &[Row]) -> bool {
        let program = self.survey.program.at(url);
        let request = program.request(reqwest::Method::POST, &self.survey.api("/responses"));
        let request = match rows {
            [row] => request.json(&row.submission(&self.questions)),
            rows => {
                let lines = rows.iter().map(|it| it.submission(&self.questions).to_string() + "\n").collect::<String>();
                request.header("content-type", "application/x-ndjson").body(lines)
            }
        };
        let Ok(answer) = request.send().await else { return false };
        let status = answer.status();
        let Ok(body) = answer.text().await else { return false };
        assert!(status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}: {body}");
        let lines: Vec<Value> = body.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
        let ids: Vec<&str> = lines.iter().filter_map(|it| it["id"].as_str()).collect();
        if !status.is_success() || ids.len() != rows.len() {
            return false;
        }
        let mut acknowledged = self.acknowledged.lock().unwrap();
        for (row, id) in rows.iter().zip(ids) {
            acknowledged.insert(row.key.clone(), id.to_owned());
        }
        true
    }

    /// Waits for a moment of the clients' work by chance, one in each of as many parts of it as there are kills.
    async fn wait_for(&self, chance: &mut Chance, kill: u32) {
        let part = self.rows.len() / KILLS as usize;
        let row = kill as usize * part + usize::try_from(chance.below(part as u64)).unwrap();
        while self.next.iter().map(|it| it.load(Ordering::Relaxed)).sum::<usize>() < row {
            tokio::time::sleep(POLL).await;
        }
        tokio::time::sleep(Duration::from_millis(chance.below(LIFE_MS_MAX))).await;
    }

    /// Every acknowledged response is there once, and nothing is counted that is not there.
    async fn check(&self, server: &Process) {
        let program = self.survey.program.at(server.url());
        let sent = self.rows.len() as u64;
        let summary = program.until(&self.survey.api("/summary"), |it| it["responses"] == sent).await;
        let export = program.get(&self.survey.api("/export")).await.expect(200);
        let mut reader = csv::Reader::from_reader(export.body.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let ids: BTreeSet<&str> = records.iter().map(|it| &it[0]).collect();
        assert_eq!(ids.len(), records.len(), "a response is there twice");
        let acknowledged = self.acknowledged.lock().unwrap();
        assert_eq!(ids, acknowledged.values().map(String::as_str).collect::<BTreeSet<_>>());
        assert_eq!(acknowledged.len(), self.rows.len());
        let mut found: Vec<Vec<&str>> = records.iter().map(|it| it.iter().skip(4).collect()).collect();
        let mut expected: Vec<Vec<&str>> =
            self.rows.iter().map(|it| it.cells.iter().map(String::as_str).collect()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert!(found == expected, "other answers are stored than were sent");
        assert_recounted(&summary, &self.questions, &found);
        assert_same_figures(&summary, &bfi::figures());
    }
}

/// The counts of a summary are those of the rows.
fn assert_recounted(summary: &Value, questions: &[String], rows: &[Vec<&str>]) {
    for (place, question) in questions.iter().enumerate() {
        let given: Vec<&str> = rows.iter().map(|it| it[place]).filter(|it| !it.is_empty()).collect();
        let shown = &summary["questions"][question];
        assert_eq!(shown["answered"], given.len(), "{question}");
        for (choice, count) in shown["choices"].as_object().into_iter().flatten() {
            assert_eq!(*count, given.iter().filter(|it| **it == choice).count(), "{question}: {choice}");
        }
    }
}

/// A server with the demonstration's tenants, and the real survey published by one of them.
async fn begin() -> (Process, Survey) {
    let mut server = Process::spawn_with(&["--demo"]);
    server.without("--demo");
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let survey = Survey::publish(program, "adatum", "bfi", &bfi::definition()).await;
    (server, survey)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_again_and_again_loses_nothing_and_doubles_nothing() {
    let mut chance = Chance::new();
    println!("to see the same chances again: CANVASS_TEST_SEED={}", chance.0);
    let (mut server, survey) = begin().await;
    let load = Load::new(survey);
    let mut clients = tokio::task::JoinSet::new();
    for place in 0..CLIENTS.len() {
        clients.spawn(load.clone().client(vec![server.url().to_owned()], place));
    }
    for kill in 0..KILLS {
        load.wait_for(&mut chance, kill).await;
        server.kill();
        server = tokio::task::spawn_blocking(move || {
            server.start_again();
            server
        })
        .await
        .unwrap();
    }
    clients.join_all().await;
    load.check(&server).await;
    assert!(server.stop().success());
    if !on_postgres() {
        assert_files_are_sound(&server.folder().join("data"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_on_one_database_either_may_be_killed() {
    if !on_postgres() {
        return;
    }
    let mut chance = Chance::new();
    println!("to see the same chances again: CANVASS_TEST_SEED={}", chance.0);
    let (server, survey) = begin().await;
    let other = server.beside(&[]);
    let urls = vec![server.url().to_owned(), other.url().to_owned()];
    let load = Load::new(survey);
    let mut clients = tokio::task::JoinSet::new();
    for place in 0..CLIENTS.len() {
        clients.spawn(load.clone().client(urls.clone(), place));
    }
    let mut servers = [server, other];
    for kill in 0..KILLS {
        load.wait_for(&mut chance, kill).await;
        let place = usize::try_from(chance.below(2)).unwrap();
        servers[place].kill();
        servers = tokio::task::spawn_blocking(move || {
            servers[place].start_again();
            servers
        })
        .await
        .unwrap();
    }
    clients.join_all().await;
    for server in &servers {
        load.check(server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_one_thing_on_every_server() {
    if !on_postgres() {
        return;
    }
    let (server, survey) = begin().await;
    let other = server.beside(&[]);
    let submission = bfi::rows()[0].submission(&bfi::questions());
    let path = survey.api("/responses");
    let there = survey.program.at(other.url());
    there.until_status(&survey.page, StatusCode::OK).await;
    let send = |program: &Person| {
        let (program, path, submission) = (program.clone(), path.clone(), submission.clone());
        async move { program.post_json(&path, &submission).await }
    };
    let answers =
        <[_; 4]>::from(tokio::join!(send(&survey.program), send(&there), send(&survey.program), send(&there)));
    assert!(answers.iter().all(|it| it.status.is_success() && it.json()["id"] == answers[0].json()["id"]));
    there.until(&survey.api("/summary"), |it| it["responses"] == 1).await;
    send(&there).await.expect(200);

    let create = |program: &Person| {
        let request = program.request(reqwest::Method::POST, "/api/v1/surveys").header("idempotency-key", "one");
        let request = request.json(&bfi::definition());
        let program = program.clone();
        async move { program.send(request).await.expect(201).json()["id"].clone() }
    };
    let made = <[_; 3]>::from(tokio::join!(create(&survey.program), create(&there), create(&there)));
    assert!(made.iter().all(|it| *it == made[0]), "{made:?}");
}

/// Insists that `SQLite` finds no fault in any file of a data folder.
fn assert_files_are_sound(data: &Path) {
    let mut folders = vec![data.to_owned()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "db" => files.push(path),
                Some(_) | None => {}
            }
        }
    }
    assert!(4 <= files.len(), "{files:?}");
    for file in files {
        let connection = rusqlite::Connection::open(&file).unwrap();
        let verdict: String = connection.query_row("pragma integrity_check", [], |it| it.get(0)).unwrap();
        assert_eq!(verdict, "ok", "{}", file.display());
    }
}
