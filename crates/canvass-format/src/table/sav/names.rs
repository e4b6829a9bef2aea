//! Names of variables in SPSS: this file is about making them out of names of columns.

use std::collections::HashMap;

/// The most bytes of a name.
const BYTES_MAX: usize = 64;
/// Words of SPSS's language.
const RESERVED: [&str; 13] = ["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In small letters, since SPSS does not tell large ones apart; with the number to try next for the same again.
    given: HashMap<String, u32>,
}

impl Names {
    /// A name that SPSS takes and that was not given before: the wanted one if possible. Where it does not begin with a
    /// letter, or is a word of SPSS's language, `@` is put before it, as SPSS itself does with such names in spreadsheets.
    pub(super) fn give(&mut self, wanted: &str) -> String {
        let mut name = allowed(wanted);
        let key = name.to_ascii_lowercase();
        let mut next = self.given.get(&key).copied().unwrap_or(1);
        while self.given.contains_key(&name.to_ascii_lowercase()) {
            next += 1;
            let suffix = format!("_{next}");
            let kept = key.len().min(BYTES_MAX - suffix.len());
            name = format!("{}{suffix}", allowed(wanted).get(..kept).unwrap_or_default());
        }
        self.given.insert(name.to_ascii_lowercase(), 1);
        self.given.insert(key, next);
        name
    }
}

/// The wanted name with nothing in it that SPSS refuses.
fn allowed(wanted: &str) -> String {
    let is_word = !wanted.starts_with(|it: char| it.is_ascii_alphabetic())
        || RESERVED.iter().any(|it| it.eq_ignore_ascii_case(wanted));
    let mut name: String = if is_word { "@".to_owned() } else { String::new() };
    name.extend(wanted.chars().map(|it| if it.is_ascii_alphanumeric() || it == '.' { it } else { '_' }));
    name.truncate(BYTES_MAX);
    if name.ends_with('.') {
        name.pop();
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_spss_takes() {
        let mut names = Names::default();
        for (wanted, given) in [
            ("words", "words"),
            ("Words", "Words_2"),
            ("words_2", "words_2_2"),
            ("WORDS", "WORDS_3"),
            ("_id", "@_id"),
            ("with", "@with"),
            ("With", "@With_2"),
            ("1", "@1"),
            ("_fields.a", "@_fields.a"),
            ("a.", "a_"),
            ("ä b", "@__b"),
            ("", "@"),
        ] {
            assert_eq!(names.give(wanted), given);
        }
    }

    #[test]
    fn long_names_differ_after_they_are_cut() {
        let mut names = Names::default();
        let given: Vec<String> = (0..300).map(|it| names.give(&format!("{}{it}", "x".repeat(64)))).collect();
        let mut different = given.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), given.len());
        assert!(given.iter().all(|it| it.len() <= 64), "{given:?}");
    }
}
