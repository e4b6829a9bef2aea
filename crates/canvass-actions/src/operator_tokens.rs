//! Operator tokens: this file is about making and revoking the tokens of the operator's programs.

use canvass_model::{
    id::OperatorTokenId,
    text::TokenName,
    time::Timestamp,
    token::{OperatorToken, Secret},
};
use canvass_storage::{DirectoryTx, operator_tokens};

use crate::Error;

/// What a new token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOperatorToken {
    /// What it is for.
    pub name: TokenName,
    /// How long it works; `None` for as long as nobody revokes it.
    pub life_ms: Option<i64>,
}

/// Makes a token out of a [fresh secret](crate::secrets::fresh_operator_token), which is shown to its maker once and not
/// kept.
pub fn create(tx: &mut DirectoryTx<'_>, new: &NewOperatorToken, secret: &Secret) -> Result<OperatorToken, Error> {
    if u64::from(operator_tokens::TOKENS_MAX) <= operator_tokens::count(tx)? {
        let words = format!("There are {} tokens already; revoke one first", operator_tokens::TOKENS_MAX);
        return Err(Error::Limit(words));
    }
    let now = tx.now();
    let token = OperatorToken {
        id: tx.new_id(),
        name: new.name.clone(),
        hint: secret.hint().to_owned(),
        created_at: now,
        expires_at: new.life_ms.map(|it| now.plus_ms(it.max(Timestamp::MINUTE_MS))),
        last_used_at: None,
    };
    operator_tokens::insert(tx, &secret.hash(), &token)?;
    Ok(token)
}

/// Revokes a token; it stops working at once. [`Error::NotFound`] when there is none with that id.
pub fn revoke(tx: &mut DirectoryTx<'_>, id: OperatorTokenId) -> Result<(), Error> {
    if operator_tokens::delete(tx, id)? { Ok(()) } else { Err(Error::NotFound) }
}
