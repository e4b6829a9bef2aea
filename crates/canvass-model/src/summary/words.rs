//! Words of a text: this file is about what counts as a word worth showing.

use std::borrow::Cow;

/// The different words of a text, sorted, in lower case: at least three letters, no digits, no English stop words.
pub(super) fn distinct(text: &str) -> Vec<Cow<'_, str>> {
    let words = text.split(|it| !is_part(it)).map(|it| it.trim_matches(is_apostrophe)).filter(|it| is_word(it));
    let words = words.map(in_lower_case).filter(|it| STOP_WORDS.binary_search(&it.as_ref()).is_err());
    let mut words: Vec<Cow<'_, str>> = words.take(WORDS_MAX).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether a word goes on with it.
fn is_part(it: char) -> bool {
    if it.is_ascii() {
        return it.is_ascii_alphanumeric() || it == '\'';
    }
    it.is_alphabetic() || it.is_numeric() || is_apostrophe(it) || is_mark(it)
}

fn is_apostrophe(it: char) -> bool {
    it == '\'' || it == '\u{2019}'
}

fn is_word(text: &str) -> bool {
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    (LETTERS_MIN..=LETTERS_MAX).contains(&letters) && !text.chars().any(char::is_numeric)
}

/// Most words are there already, and are not copied.
fn in_lower_case(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|it| it.is_ascii_lowercase() || it == b'\'') {
        return Cow::Borrowed(word);
    }
    Cow::Owned(word.to_lowercase().replace('\u{2019}', "'"))
}

/// Marks that join letters to others without being letters: they do not end a word.
fn is_mark(it: char) -> bool {
    unicode_normalization::char::is_combining_mark(it)
}

/// Shorter words say nothing.
const LETTERS_MIN: usize = 3;
/// Longer ones are no words, and would fill the memory.
const LETTERS_MAX: usize = 40;
/// More words of one text are not counted: one long answer must not outweigh the rest.
const WORDS_MAX: usize = 1_000;

/// Frequent English words that carry no meaning of their own, sorted.
const STOP_WORDS: [&str; 99] = [
    "about", "after", "all", "also", "and", "any", "are", "aren't", "because", "been", "before", "being", "both",
    "but", "can", "can't", "could", "did", "didn't", "does", "doesn't", "doing", "don't", "down", "each", "few", "for",
    "from", "get", "had", "has", "have", "having", "her", "here", "him", "his", "how", "i'd", "i'll", "i'm", "i've",
    "into", "isn't", "it's", "its", "just", "more", "most", "much", "nor", "not", "now", "off", "one", "only", "other",
    "our", "out", "over", "own", "same", "she", "should", "some", "such", "than", "that", "that's", "the", "their",
    "them", "then", "there", "these", "they", "this", "those", "through", "too", "under", "until", "very", "was",
    "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "would", "yes", "you", "you're",
    "your",
];
