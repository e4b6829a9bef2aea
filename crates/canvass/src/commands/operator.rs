//! `canvass operator`: this file is about making, listing and revoking tokens of the operator's programs.

use canvass_actions::{
    Error,
    operator_tokens::{self as actions, NewOperatorToken},
    secrets,
};
use canvass_model::{id::OperatorTokenId, text::TokenName, time::Timestamp, token::OperatorToken};
use canvass_storage::{Directory, operator_tokens};
use serde_json::{Value, json};

use crate::{
    Failure,
    cli::{Cli, Operator, OperatorToken as Command},
    config::Config,
    failure::Exit,
    output, storage,
};

pub(super) async fn run(cli: &Cli, what: &Operator) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let directory = storage::open(&loaded.config.storage).await?;
    let Operator::Token(what) = what;
    let outcome = match what {
        Command::Create { name, days, .. } => create(cli, &directory, name, *days).await,
        Command::List { .. } => list(cli, &directory).await,
        Command::Revoke { id, .. } => revoke(cli, &directory, id).await,
    };
    directory.close().await;
    outcome
}

async fn create(cli: &Cli, directory: &Directory, name: &str, days: Option<u16>) -> Result<(), Failure> {
    let unfit = |it: &dyn std::fmt::Display| {
        let advice = "`canvass operator token create --help` explains it.";
        Failure::new(Exit::Usage, format!("--name {name:?} cannot be used"), it, advice)
    };
    let name = TokenName::parse(name).map_err(|it| unfit(&it))?;
    let new = NewOperatorToken { name, life_ms: days.map(|it| i64::from(it) * Timestamp::DAY_MS) };
    let what = "the token could not be made";
    let secret = secrets::fresh_operator_token().map_err(|it| Failure::action(what, &it))?;
    let kept = secret.clone();
    let made = directory.write(move |tx| actions::create(tx, &new, &kept)).await;
    let token = made.map_err(|it| Failure::action(what, &it))?;
    let mut shown = json(&token);
    shown["token"] = secret.reveal().into();
    cli.output().show(&shown, || format!("{} is made. Its token, shown once:\n{}", token.name, secret.reveal()))?;
    Ok(())
}

async fn list(cli: &Cli, directory: &Directory) -> Result<(), Failure> {
    let found = directory.read(operator_tokens::list).await;
    let found = found.map_err(|it| Failure::storage("the tokens could not be listed", &it))?;
    match cli.output() {
        output::Output::Json => found.iter().try_for_each(|it| output::line(&json(it).to_string()))?,
        output::Output::Human if found.is_empty() => output::line("There is no operator token.")?,
        output::Output::Human => {
            let rows: Vec<Vec<String>> = found.iter().map(row).collect();
            output::line(&output::table(&["ID", "NAME", "ENDS IN", "LAST USED", "EXPIRES"], &rows))?;
        }
    }
    Ok(())
}

async fn revoke(cli: &Cli, directory: &Directory, id: &str) -> Result<(), Failure> {
    let missing = || {
        let advice = "`canvass operator token list` shows those there are.";
        Failure::new(Exit::NotFound, format!("there is no operator token {id:?}"), "none has this id", advice)
    };
    let token = OperatorTokenId::parse(id).ok_or_else(missing)?;
    match directory.write(move |tx| actions::revoke(tx, token)).await {
        Ok(()) => {}
        Err(Error::NotFound) => return Err(missing()),
        Err(error) => return Err(Failure::action("the token could not be revoked", &error)),
    }
    cli.output().show(&json!({ "id": token }), || "The token is revoked.".to_owned())?;
    Ok(())
}

fn json(token: &OperatorToken) -> Value {
    json!({
        "id": token.id,
        "name": token.name.as_str(),
        "hint": token.hint,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    })
}

fn row(token: &OperatorToken) -> Vec<String> {
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |it| it.to_string());
    vec![
        token.id.to_string(),
        token.name.to_string(),
        token.hint.clone(),
        moment(token.last_used_at),
        moment(token.expires_at),
    ]
}
