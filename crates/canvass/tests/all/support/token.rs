//! API tokens as people meet them: this file is about making one in the console, using it, and revoking it there.

use super::Person;

/// Where Adatum's tokens are made.
const PAGE: &str = "/-/console/adatum/tokens";

/// A token of Adatum that may read, and where it is revoked.
pub struct Token {
    /// Whoever uses it.
    pub program: Person,
    revocation: String,
}

impl Token {
    /// Has an administrator make a token in the console, where its secret is shown this once.
    pub async fn made_by(ada: &Person) -> Self {
        let fields = [("name", "Nightly"), ("scope", "read"), ("expires", "30")];
        let made = ada.submit(PAGE, PAGE, &fields).await.expect(200).text();
        let secret = between(&made, "<code id=\"secret\">", "<");
        // The newest stands first.
        let revocation = made.split("action=\"").find_map(|it| it.split('"').next()?.strip_suffix("/revocation"));
        let revocation = format!("{}/revocation", revocation.expect("a token can be revoked"));
        Self { program: ada.as_program(secret), revocation }
    }

    /// Has an administrator revoke it.
    pub async fn revoke(&self, ada: &Person) {
        ada.post_form(&self.revocation, &[] as &[(&str, &str)]).await.expect(303);
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text.split_once(begin).expect("the page shows it").1;
    rest.split_once(end).expect("elements end").0
}
