//! Documents: this file is about Markdown that is a page of its own, with links to the pages beside it.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::{ELSEWHERE, events, net};
use crate::address::PageAddress;

/// The HTML of a document that stands below its page's title: like [`to_html`](super::to_html), but its headings begin at
/// the second level and leave none out, and a link without a scheme, such as `[Contact](contact)`, leads to that page
/// of the same tenant, whose link `href` writes.
pub fn document(markdown: &str, href: impl Fn(&PageAddress) -> String) -> String {
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    let mut outline = Outline::default();
    let mut leads_nowhere = false;
    let events = events(markdown).filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => {
            let level = outline.begin(level);
            Some(Event::Start(Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(outline.level))),
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let dest_url = destination(link_type, dest_url, &href);
            leads_nowhere = dest_url.is_none();
            let none = CowStr::Borrowed("");
            Some(Event::Start(Tag::Link { link_type, dest_url: dest_url?, title: none.clone(), id: none }))
        }
        Event::End(TagEnd::Link) if leads_nowhere => None,
        other => Some(other),
    });
    pulldown_cmark::html::push_html(&mut html, events);
    mark_elsewhere(&NET.clean(&html).to_string())
}

/// As much of a page's beginning as search engines and other sites show.
pub const EXCERPT_CHARS: usize = 160;

/// The beginning of a text's words, without any markup: at most `chars_max` characters, cut between words.
pub fn excerpt(markdown: &str, chars_max: usize) -> String {
    let mut text = String::new();
    for event in events(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::TableCell,
            ) => text.push(' '),
            _ => {}
        }
        if chars_max.saturating_mul(8) < text.len() {
            break;
        }
    }
    shorten(&text, chars_max)
}

/// Why a document would lose something when it is shown: raw HTML, pictures, or links that lead nowhere. `None` when all of
/// it is shown. For texts that an operator ships; what members write is shown as far as it can be.
pub fn unfit(markdown: &str) -> Option<String> {
    let cut = |text: &str| text.chars().take(60).collect::<String>();
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).find_map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => {
            Some(format!("it has HTML, which is shown as text: {}", cut(raw.trim())))
        }
        Event::Start(Tag::Image { dest_url, .. }) => {
            Some(format!("it has a picture, which is left out: {}", cut(&dest_url)))
        }
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let to = destination(link_type, dest_url.clone(), &|page: &PageAddress| page.href());
            let is_known =
                |to: &str| !has_scheme(to) || SCHEMES.iter().any(|it| to.to_ascii_lowercase().starts_with(it));
            let leads = to.is_some_and(|it| link_type == LinkType::Email || is_known(&it));
            (!leads).then(|| format!("it has a link that leads nowhere: {}", cut(&dest_url)))
        }
        _ => None,
    })
}

/// How links to elsewhere may begin.
const SCHEMES: [&str; 4] = ["http:", "https:", "mailto:", "tel:"];

/// Words separated by single spaces, as many as fit, and an ellipsis where some did not.
fn shorten(text: &str, chars_max: usize) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        let needed = word.chars().count() + usize::from(!out.is_empty());
        if chars_max < length + needed + 1 {
            out.push('…');
            return out;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        length += needed;
    }
    out
}

/// The headings above the present one that outrank it, as they were written.
struct Outline {
    above: Vec<HeadingLevel>,
    level: HeadingLevel,
}

impl Default for Outline {
    fn default() -> Self {
        Self { above: Vec::new(), level: HeadingLevel::H2 }
    }
}

impl Outline {
    /// The level at which a heading stands: one below the nearest that outranks it.
    fn begin(&mut self, written: HeadingLevel) -> HeadingLevel {
        self.above.retain(|it| *it < written);
        self.above.push(written);
        self.level = HeadingLevel::try_from(self.above.len() + 1).unwrap_or(HeadingLevel::H6);
        self.level
    }
}

/// Where a link leads: a page beside this one when it names no scheme; `None` when it is neither.
fn destination<'a>(kind: LinkType, written: CowStr<'a>, href: &impl Fn(&PageAddress) -> String) -> Option<CowStr<'a>> {
    if kind == LinkType::Email {
        return Some(written);
    }
    // What browsers leave out is left out here, so that the net judges the address that would be opened.
    let seen: String = written.trim().chars().filter(|it| !it.is_control()).collect();
    if has_scheme(&seen) {
        return Some(CowStr::from(seen));
    }
    PageAddress::parse(&written).ok().map(|page| CowStr::from(href(&page)))
}

/// Whether an address names a scheme (RFC 3986, section 3.1).
fn has_scheme(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else { return false };
    scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'))
}

/// Adds to every link that names a scheme what it tells of itself; links to pages beside this one are its own. Of the
/// net's own writing, in which a quote never stands inside a value, nor `<` outside a tag.
fn mark_elsewhere(html: &str) -> String {
    html.replace("<a href=\"http", &format!("<a rel=\"{ELSEWHERE}\" href=\"http"))
}

static NET: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut net = net();
    net.link_rel(None).url_relative(ammonia::UrlRelative::PassThrough);
    net.tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]));
    net
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(markdown: &str) -> String {
        document(markdown, |page| format!("/adatum/{}", page.href()))
    }

    #[test]
    fn headings_begin_below_the_title_and_leave_no_level_out() {
        let levels = |markdown: &str| -> Vec<u32> {
            let html = html(markdown);
            html.split("<h").skip(1).map(|it| it.chars().next().unwrap().to_digit(10).unwrap()).collect()
        };
        assert_eq!(levels("# a\n## b\n### c\n# d"), [2, 3, 4, 2]);
        assert_eq!(levels("## a\n## b\n#### c\n### d"), [2, 2, 3, 3]);
        assert_eq!(levels("### a\n# b\n### c"), [2, 2, 3]);
        assert_eq!(levels("# a\n## b\n### c\n#### d\n##### e\n###### f"), [2, 3, 4, 5, 6, 6]);
        assert_eq!(html("a\n===\n\n# b"), "<h2>a</h2>\n<h2>b</h2>\n");
    }

    #[test]
    fn links_lead_to_pages_beside_the_document_or_say_that_they_lead_elsewhere() {
        let cases = [
            ("[x](contact)", "<a href=\"/adatum/contact\">x</a>"),
            ("[x](/Lunch/Menu)", "<a href=\"/adatum/Lunch/Menu\">x</a>"),
            ("[x](<größe 1>)", "<a href=\"/adatum/gr%C3%B6%C3%9Fe%201\">x</a>"),
            ("[x](gr%C3%B6%C3%9Fe)", "<a href=\"/adatum/gr%C3%B6%C3%9Fe\">x</a>"),
            ("[x](https://a.example/)", &format!("<a rel=\"{ELSEWHERE}\" href=\"https://a.example/\">x</a>")),
            ("[x](mailto:a@b.example)", "<a href=\"mailto:a@b.example\">x</a>"),
            ("<a@b.example>", "<a href=\"mailto:a@b.example\">a@b.example</a>"),
        ];
        for (markdown, link) in cases {
            assert_eq!(html(markdown), format!("<p>{link}</p>\n"), "{markdown}");
        }
    }

    #[test]
    fn links_that_would_leave_the_tenant_or_run_lead_nowhere() {
        for to in
            ["//x.example/a", "/../fabrikam", "..", "a/../../b", "a%2fb", "javascript:alert(1)", "data:text/html,x"]
        {
            let html = html(&format!("[x]({to})"));
            let href = html.split("href=\"").nth(1).map_or("", |it| it.split('"').next().unwrap());
            assert_eq!(href, "", "{to} gave {html}");
        }
        assert!(!html("[x](<\ta:>)").contains("href=\"%"), "what browsers leave out does not hide a scheme");
        assert!(html("[x](/-/logout)").contains("href=\"/adatum/-/logout\""), "a page of the tenant, if anything");
    }

    #[test]
    fn an_excerpt_is_the_beginning_in_words() {
        assert_eq!(excerpt("# Hello\n\nThis *is* [it](x).\n\n- one\n- two", 100), "Hello This is it. one two");
        assert_eq!(excerpt("one two three", 8), "one two…");
        assert_eq!(excerpt("a<script>alert(1)</script>", 100), "a<script>alert(1)</script>");
        assert_eq!(excerpt("", 10), "");
        assert!(excerpt(&"word ".repeat(100_000), 160).chars().count() <= 160);
    }

    proptest! {
        #[test]
        fn no_link_leads_anywhere_but_below_the_tenant_or_plainly_elsewhere(to in "[a-z:/%.\\\\ \t@?#&;]{0,24}") {
            let html = html(&format!("[x](<{to}>)"));
            for href in html.split("href=\"").skip(1).map(|it| it.split('"').next().unwrap()) {
                let known = ["/adatum/", "http:", "https:", "mailto:", "tel:"];
                prop_assert!(href.is_empty() || known.iter().any(|it| href.starts_with(it)), "{to} gave {html}");
            }
        }
    }
}
