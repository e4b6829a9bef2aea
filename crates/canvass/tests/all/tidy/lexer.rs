//! A rough reader of Rust: this file is about telling code, comments and string literals apart.

/// A Rust file taken apart.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lexed {
    /// The code, with every comment and every literal's content left out.
    pub(super) code: String,
    /// The content of each string literal, as written.
    pub(super) strings: Vec<String>,
}

/// Takes a Rust file apart.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = if rest.starts_with("//") {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map_or("", |(_, after)| after)
        } else if let Some((string, after)) = raw_string(rest, &lexed.code).or_else(|| plain_string(rest)) {
            lexed.strings.push(string.to_owned());
            lexed.code.push_str("\"\"");
            after
        } else if let Some(after) = character(rest) {
            lexed.code.push_str("' '");
            after
        } else {
            lexed.code.push(first);
            &rest[first.len_utf8()..]
        };
    }
    lexed
}

/// `r"…"` and `r#"…"#`, unless the `r` ends a longer word.
fn raw_string<'a>(rest: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    let is_word = before.ends_with(|last: char| last.is_alphanumeric() || last == '_') && !before.ends_with('b');
    let marked = rest.strip_prefix('r').filter(|_| !is_word)?;
    let hashes = marked.len() - marked.trim_start_matches('#').len();
    let opened = marked[hashes..].strip_prefix('"')?;
    opened.split_once(&format!("\"{}", "#".repeat(hashes)))
}

fn plain_string(rest: &str) -> Option<(&str, &str)> {
    let opened = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = opened.find(|each: char| {
        let is_end = each == '"' && !escaped;
        escaped = each == '\\' && !escaped;
        is_end
    })?;
    Some((&opened[..end], &opened[end + 1..]))
}

/// What follows `'x'` or `'\x'`; a lifetime is neither.
fn character(rest: &str) -> Option<&str> {
    let opened = rest.strip_prefix('\'')?;
    let first = opened.chars().next()?;
    let length = if first == '\\' { 2 + opened[2..].find('\'')? } else { first.len_utf8() };
    opened[length..].strip_prefix('\'')
}

#[test]
fn code_comments_and_strings_are_told_apart() {
    let text = r##"
        //! axum in a comment
        fn f<'a>(it: &'a str) -> char { g("one \" two", r#"three "four" 4"#, b"five", '"', '\'', '\u{1F600}') } /* axum */
    "##;
    let lexed = lex(text);
    assert_eq!(lexed.strings, [r#"one \" two"#, r#"three "four" 4"#, "five"]);
    assert!(lexed.code.contains("fn f<'a>(it: &'a str) -> char"), "{}", lexed.code);
    assert!(!lexed.code.contains("axum"));
}
