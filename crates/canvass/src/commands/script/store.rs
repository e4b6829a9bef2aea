//! `canvass script store`: this file is about what scripts keep, read and changed over the API.

use std::fmt::Write;

use serde_json::{Value, json};

use super::plain;
use crate::{Failure, cli::Store, commands::remote::Api, failure::Exit, output::Output};

pub(super) async fn run(output: Output, what: &Store) -> Result<Exit, Failure> {
    match what {
        Store::List { prefix, remote } => return list(output, &Api::open(remote)?, prefix).await,
        Store::Get { key, remote } => {
            let found = Api::open(remote)?.get(&at(key)).await?;
            output.show(&found, || found["value"].to_string())?;
        }
        Store::Put { key, value, remote } => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
            Api::open(remote)?.put(&at(key), &json!({ "value": value })).await?;
            output.show(&json!({ "key": key, "value": value }), || format!("{key} is set."))?;
        }
        Store::Delete { key, remote } => {
            Api::open(remote)?.delete(&at(key)).await?;
            output.show(&json!({ "key": key }), || format!("{key} is removed."))?;
        }
    }
    Ok(Exit::Done)
}

async fn list(output: Output, api: &Api, prefix: &str) -> Result<Exit, Failure> {
    let (mut cursor, mut count) = (String::new(), 0);
    loop {
        let page = api.get(&format!("/script-store?limit=500&prefix={}{cursor}", encoded(prefix))).await?;
        for it in page["items"].as_array().into_iter().flatten() {
            count += 1;
            output.show(it, || format!("{}  {}", plain(&it["key"]), it["value"]))?;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => break,
        }
    }
    if count == 0 {
        output.note("There is no such key.");
    }
    Ok(Exit::Done)
}

fn at(key: &str) -> String {
    format!("/script-store/{}", encoded(key))
}

/// A text as one part of an address.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' => encoded.push(char::from(byte)),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_part_of_an_address() {
        assert_eq!(at("quota:a/b?é"), "/script-store/quota%3Aa%2Fb%3F%C3%A9");
    }
}
