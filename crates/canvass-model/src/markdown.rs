//! Rich text: this file is about turning Markdown that people wrote into HTML that can do no harm.

mod document;

use std::{collections::HashSet, sync::LazyLock};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

pub use self::document::{EXCERPT_CHARS, document, excerpt, unfit};

/// The HTML of a Markdown text: paragraphs, headings, emphasis, lists, quotes, code, tables and links. Raw HTML is shown
/// as the text it is; images, which would load from elsewhere, become their description; links open nothing that runs.
pub fn to_html(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut html, events(markdown));
    // The events above hold no markup but our own; the second net does not rely on it.
    NET.clean(&html).to_string()
}

/// What the Markdown says, without raw HTML and without images.
fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    events.filter_map(harmless)
}

fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => None,
        other => Some(other),
    }
}

static NET: LazyLock<ammonia::Builder<'static>> = LazyLock::new(net);

/// Lets nothing through but what the events above can become.
fn net() -> ammonia::Builder<'static> {
    let tags = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let mut net = ammonia::Builder::empty();
    net.tags(HashSet::from(tags))
        .generic_attributes(HashSet::new())
        .tag_attributes([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))].into())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some(ELSEWHERE));
    net
}

/// What a link to elsewhere tells browsers and search engines: nothing of where it was followed, and no recommendation.
const ELSEWHERE: &str = "noopener noreferrer nofollow";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_becomes_what_they_mean() {
        let cases = [
            ("Hello *you* and **you**", "<p>Hello <em>you</em> and <strong>you</strong></p>\n"),
            ("# Title", "<h1>Title</h1>\n"),
            ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
            ("3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
            ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
            ("~~no~~ `code`", "<p><del>no</del> <code>code</code></p>\n"),
            ("a\n\nb", "<p>a</p>\n<p>b</p>\n"),
            (
                "[us](https://adatum.example/a?b=c&d)",
                "<p><a href=\"https://adatum.example/a?b=c&amp;d\" rel=\"noopener noreferrer nofollow\">us</a></p>\n",
            ),
            ("![a cat](https://x.example/cat.png)", "<p>a cat</p>\n"),
            ("", ""),
        ];
        for (markdown, html) in cases {
            assert_eq!(to_html(markdown), html, "{markdown}");
        }
        assert!(to_html("|a|b|\n|-|-|\n|1|2|").contains("<td>2</td>"));
        assert!(to_html("<mail@adatum.example>").contains("href=\"mailto:mail@adatum.example\""));
    }

    /// What attackers write, from the published collections of cross-site scripting and of Markdown renderers.
    const HOSTILE: [&str; 40] = [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<object data=data:text/html,<script>alert(1)</script>></object>",
        "<embed src=//x.example/a.swf>",
        "<body onload=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<form action=//x.example><input name=password></form>",
        "<meta http-equiv=refresh content=0;url=//x.example>",
        "<link rel=stylesheet href=//x.example/a.css>",
        "<style>@import '//x.example/a.css';</style>",
        "<base href=//x.example/>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><img src=x onerror=alert(1)></template>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?php echo 1 ?><img src=x onerror=alert(1)>",
        "<p style=\"position:fixed;inset:0;background:url(//x.example)\">x</p>",
        "<div id=\"login\" class=\"page\" name=\"x\">x</div>",
        "<details open ontoggle=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](vbscript:msgbox(1))",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](//x.example/open-redirect)",
        "[x](/-/sign-out)",
        "[x][y]\n\n[y]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "![x\" onerror=\"alert(1)](https://x.example/a.png)",
        "[x](https://x.example \"title\\\" onmouseover=alert(1)\")",
        "```\" onmouseover=alert(1)\nx\n```",
        "- <img src=x\n  onerror=alert(1)>\n> <script>\n> alert(1)\n> </script>",
    ];

    fn assert_harmless(markdown: &str) {
        let html = to_html(markdown);
        // Every `<` of the result begins a tag.
        for tag in html.split('<').skip(1).map(|it| it.split_once('>').map_or(it, |(tag, _)| tag)) {
            let (name, attributes) =
                tag.trim_start_matches('/').split_once(' ').unwrap_or((tag.trim_start_matches('/'), ""));
            let known =
                "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul";
            assert!(known.split(' ').any(|it| it == name), "{markdown} gave {html}");
            match name {
                "a" if !tag.starts_with('/') => {
                    let schemes = ["https:", "http:", "mailto:", "tel:"].map(|it| format!("href=\"{it}"));
                    let link = schemes.iter().any(|it| attributes.starts_with(it)) || attributes.starts_with("rel=");
                    assert!(
                        link && attributes.ends_with("rel=\"noopener noreferrer nofollow\""),
                        "{markdown} gave {html}"
                    );
                    assert_eq!(attributes.matches('"').count() % 4, if attributes.starts_with("rel=") { 2 } else { 0 });
                }
                "ol" => assert!(attributes.is_empty() || attributes.starts_with("start=\""), "{markdown} gave {html}"),
                _ => assert_eq!(attributes, "", "{markdown} gave {html}"),
            }
        }
    }

    #[test]
    fn what_attackers_write_does_nothing() {
        HOSTILE.into_iter().for_each(assert_harmless);
        assert!(to_html("<b>bold</b>").contains("&lt;b&gt;bold&lt;/b&gt;"), "raw HTML is shown as the text it is");
    }

    #[test]
    fn deep_nesting_ends() {
        for deep in
            ["> ".repeat(5_000), "[".repeat(5_000), "*a ".repeat(5_000), "- ".repeat(5_000), "<div>".repeat(5_000)]
        {
            assert_harmless(&deep);
        }
    }

    proptest! {
        #[test]
        fn no_mixture_does_anything(parts in prop::collection::vec((prop::sample::select(&HOSTILE), 0_usize..60, prop::sample::select(&["", "\n", "\n\n", "*", "`", "[", "](", "<", "&", "\\"])), 1..5)) {
            let mixed: String = parts.iter().map(|(it, cut, joint)| it.chars().take(*cut).collect::<String>() + joint).collect();
            assert_harmless(&mixed);
        }
    }
}
