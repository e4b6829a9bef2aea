//! The contract of scripts: this file is about reading what a script is given and may do, beside the editor.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Html;
use canvass_model::markdown;

use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
};

/// The same text as in the repository, so that there is one.
const TEXT: &str = include_str!("../../../../../docs/scripts.md");
/// The one document it leads to, and where that can be read here.
const DEFINITION: (&str, &str) = ("survey-definition.md", "/-/schema/survey.json");

static HTML: LazyLock<String> = LazyLock::new(|| {
    let body = TEXT.split_once('\n').map_or(TEXT, |(_, body)| body);
    let html = markdown::document(body, |address| {
        if address.native() == DEFINITION.0 { DEFINITION.1.to_owned() } else { "#main".to_owned() }
    });
    // What is wider than a phone can be moved with the keyboard.
    let table = "<div class=\"scroll\" tabindex=\"0\"><table>";
    html.replace("<pre>", "<pre tabindex=\"0\">").replace("<table>", table).replace("</table>", "</table></div>")
});

#[derive(Template)]
#[template(path = "console/script_contract.html")]
struct ContractPage {
    shell: ConsoleShell,
    base: String,
    html: &'static str,
}

/// The contract.
pub(crate) async fn show(analyst: Analyst) -> Result<Html<String>, Problem> {
    let shell = analyst.shell(ConsoleArea::Scripts).await?;
    Ok(Html(ContractPage { shell, base: super::base(&analyst), html: &HTML }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_reads_like_a_page() {
        assert!(HTML.contains("<h2>What starts a script</h2>"), "{}", *HTML);
        assert!(HTML.contains("<td>memory</td>"));
        assert!(HTML.contains("href=\"/-/schema/survey.json\""));
        assert!(!HTML.contains(".md\""));
    }
}
