//! The frame around a page: this file is about what the bar on top of the consoles shows, the same on every page.

use std::sync::Arc;

use canvass_model::tenant::TenantRecord;

use crate::view::look::Look;

/// A tenant as the frame names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantLink {
    /// What it calls itself.
    pub(crate) name: String,
    /// Its name in URLs.
    pub(crate) alias: String,
}

/// The frame of a console page; templates that extend `layout/console.html` have it as their field `shell`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsoleShell {
    /// The tenant one works in.
    pub(crate) tenant: TenantLink,
    /// All tenants the person is a member of, for switching.
    pub(crate) tenants: Vec<TenantLink>,
    /// The signed-in person's name.
    pub(crate) person: String,
    /// The part of the console the page belongs to.
    pub(crate) area: ConsoleArea,
    /// How the tenant looks, for its logo.
    pub(crate) look: Arc<Look>,
}

/// The parts of the console, as its navigation lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsoleArea {
    /// What happens now.
    Home,
    /// Surveys, their questions, responses and results.
    Surveys,
    /// What the tenant's public addresses serve.
    Pages,
    /// Programs of the tenant's own.
    Scripts,
    /// Who visits the public pages.
    Traffic,
    /// How public pages look.
    Brand,
    /// Who works here.
    Members,
    /// Tokens for the API.
    Tokens,
    /// What members and programs did.
    Log,
}

/// The frame of an operator page; templates that extend `layout/operator.html` have it as their field `shell`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OperatorShell {
    /// The signed-in operator's name.
    pub(crate) person: String,
    /// The part of the operator console the page belongs to.
    pub(crate) area: OperatorArea,
}

/// The parts of the operator console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperatorArea {
    /// All tenants.
    Tenants,
    /// Tenants' programs, and what runs them.
    Scripts,
    /// Background work with its steps.
    Jobs,
    /// Responses that could not be applied.
    DeadLetters,
    /// Tokens of the operator's programs.
    Tokens,
}

impl TenantLink {
    /// The link to a tenant.
    pub(crate) fn of(record: &TenantRecord) -> Self {
        Self { name: record.name.as_str().to_owned(), alias: record.alias.as_str().to_owned() }
    }
}

impl ConsoleArea {
    /// All parts in the order of the navigation.
    pub(crate) const ALL: [Self; 9] = [
        Self::Home,
        Self::Surveys,
        Self::Pages,
        Self::Scripts,
        Self::Traffic,
        Self::Brand,
        Self::Members,
        Self::Tokens,
        Self::Log,
    ];

    /// The navigation's word for it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Surveys => "Surveys",
            Self::Pages => "Pages",
            Self::Scripts => "Scripts",
            Self::Traffic => "Traffic",
            Self::Brand => "Brand",
            Self::Members => "Members",
            Self::Tokens => "API",
            Self::Log => "Log",
        }
    }

    /// Its address below the tenant's console.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Home => "",
            Self::Surveys => "/surveys",
            Self::Pages => "/pages",
            Self::Scripts => "/scripts",
            Self::Traffic => "/traffic",
            Self::Brand => "/brand",
            Self::Members => "/members",
            Self::Tokens => "/tokens",
            Self::Log => "/log",
        }
    }
}

impl OperatorArea {
    /// All parts in the order of the navigation.
    pub(crate) const ALL: [Self; 5] = [Self::Tenants, Self::Scripts, Self::Jobs, Self::DeadLetters, Self::Tokens];

    /// The navigation's word for it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Tenants => "Tenants",
            Self::Scripts => "Scripts",
            Self::Jobs => "Jobs",
            Self::DeadLetters => "Dead letters",
            Self::Tokens => "Tokens",
        }
    }

    /// Its address below the operator console.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Tenants => "",
            Self::Scripts => "/scripts",
            Self::Jobs => "/jobs",
            Self::DeadLetters => "/dead-letters",
            Self::Tokens => "/tokens",
        }
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[derive(Template)]
    #[template(
        source = r#"{% extends "layout/console.html" %}
{% import "parts/forms.html" as forms %}
{% import "parts/page.html" as page %}
{% block title %}Surveys{% endblock %}
{% block main %}<main id="main">
{{ forms::error_summary(errors) }}
{{ forms::field("title", "Title", value=title, help="One line.", error="Enter a title.", extra="required") }}
{{ forms::textarea("welcome", "Welcome", value=title) }}
{{ forms::check("required", "An answer is required", true) }}
{{ page::badge("Open", tone="good") }}
{% call page::notice(tone="warn", picture="warning") %}<p>{{ title }}</p>{% endcall %}
{{ page::pagination("Newest first", "", "?after=1") }}
{{ page::moment("2026-09-02T14:02:00Z", "2 September 2026, 14:02 UTC") }}
</main>{% endblock %}"#,
        ext = "html"
    )]
    struct Sample {
        shell: ConsoleShell,
        title: String,
        errors: Vec<(String, String)>,
    }

    #[test]
    fn a_console_page_is_framed_and_its_parts_escape_what_people_wrote() {
        let adatum = TenantLink { name: "Adatum".to_owned(), alias: "adatum".to_owned() };
        let page = Sample {
            shell: ConsoleShell {
                tenant: adatum.clone(),
                tenants: vec![adatum],
                person: "Ada Lindqvist".to_owned(),
                area: ConsoleArea::Surveys,
                look: Arc::default(),
            },
            title: "<b>Lunch</b>".to_owned(),
            errors: vec![("title".to_owned(), "Enter a title.".to_owned())],
        };
        let html = page.render().unwrap();
        assert!(!html.contains("<b>Lunch"), "{html}");
        assert!(html.contains(r#"<a href="/-/console/adatum/surveys" aria-current="page">Surveys</a>"#), "{html}");
        assert!(html.contains(r#"aria-describedby="h-title e-title" required"#), "{html}");
        assert!(html.contains(r##"<a href="#f-title">Enter a title.</a>"##), "{html}");
    }
}
