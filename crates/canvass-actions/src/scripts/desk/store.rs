//! The store for scripts: this file is about the values they keep from run to run.

use canvass_model::script::{Allowance, StoreKey};
use canvass_script::Refusal;
use canvass_storage::scripts::values;
use serde_json::{Value, json};

use super::{Arguments, Desk, PAGE_BYTES_MAX, read};
use crate::scripts::effects::Listing;

/// Values listed at once.
const LISTED_MAX: u32 = 500;

impl Desk<'_> {
    pub(super) async fn find_value(&mut self, arguments: &Arguments) -> Result<Value, Refusal> {
        let key = key(arguments)?;
        if let Some(written) = self.effects.written(&key) {
            return written.map_or(Ok(Value::Null), parsed);
        }
        let wanted = key.clone();
        let found = read(self.tenant, move |tx| values::find(tx, &wanted)).await?;
        self.effects.saw_value(key, found.as_deref());
        found.as_deref().map_or(Ok(Value::Null), parsed)
    }

    pub(super) fn put_value(&mut self, arguments: &Arguments) -> Result<Value, Refusal> {
        let value = arguments.0.get("value").ok_or_else(|| Refusal::because("value is missing"))?.to_string();
        if Allowance::VALUE_BYTES_MAX < value.len() {
            let most = Allowance::VALUE_BYTES_MAX / 1024;
            return Err(Refusal::because(format!("a value has at most {most} KiB as JSON")));
        }
        self.effects.write(key(arguments)?, Some(value)).map_err(Refusal::because)?;
        Ok(json!({}))
    }

    pub(super) fn delete_value(&mut self, arguments: &Arguments) -> Result<Value, Refusal> {
        self.effects.write(key(arguments)?, None).map_err(Refusal::because)?;
        Ok(json!({}))
    }

    pub(super) async fn list_values(&mut self, arguments: &Arguments) -> Result<Value, Refusal> {
        let listing = Listing {
            prefix: arguments.optional("prefix")?.unwrap_or_default().to_owned(),
            after: arguments.optional("after")?.map(str::to_owned),
            limit: arguments.limit(LISTED_MAX)?,
        };
        let wanted = Listing { limit: self.effects.rows_wanted(&listing), ..listing.clone() };
        let asked = wanted.clone();
        let found = read(self.tenant, move |tx| values::list(tx, &asked.prefix, asked.after.as_deref(), asked.limit));
        let found = found.await?;
        self.effects.saw_list(wanted, &found);
        let all = self.effects.overlaid(&listing, found);
        let (mut items, mut bytes, mut next) = (Vec::new(), 0, None);
        let is_full = all.len() == listing.limit as usize;
        for (key, value) in all {
            bytes += key.as_str().len() + value.len() + 32;
            if !items.is_empty() && PAGE_BYTES_MAX < bytes {
                return Ok(json!({ "items": items, "next": next }));
            }
            items.push(json!({ "key": key, "value": parsed(&value)? }));
            next = Some(key);
        }
        Ok(json!({ "items": items, "next": next.filter(|_| is_full) }))
    }
}

fn key(arguments: &Arguments) -> Result<StoreKey, Refusal> {
    StoreKey::parse(arguments.text("key")?).map_err(|it| Refusal::because(it.to_string()))
}

fn parsed(value: &str) -> Result<Value, Refusal> {
    serde_json::from_str(value).map_err(|_| Refusal::because("this stored value cannot be read"))
}
