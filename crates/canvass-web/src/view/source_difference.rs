//! Two texts of a program: this file is about what differs between them, line by line.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

/// Lines shown around each change.
const CONTEXT_LINES: usize = 3;
/// Lines shown at the most: beyond that one reads the versions themselves.
const LINES_MAX: usize = 2_000;
/// How long the shortest difference is looked for; after that a longer one is good enough.
const SEARCH_MAX: Duration = Duration::from_millis(200);

/// What differs between two texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The lines in order, those around the changes included.
    pub(crate) lines: Vec<Line>,
    /// How many lines the newer one has more.
    pub(crate) added: usize,
    /// How many lines of the older one it lacks.
    pub(crate) removed: usize,
    /// Whether there are more lines than are shown.
    pub(crate) is_cut: bool,
}

/// One line of a difference.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    /// Its number in the older text.
    pub(crate) before: Option<usize>,
    /// Its number in the newer text.
    pub(crate) after: Option<usize>,
    /// Its text without its end; for a gap, what is left out.
    pub(crate) text: String,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// In both.
    Same,
    /// Only in the newer one.
    Added,
    /// Only in the older one.
    Removed,
    /// Stands for lines that are in both and not shown.
    Gap,
}

impl Difference {
    /// What one would have to change in `before` to get `after`.
    pub(crate) fn between(before: &str, after: &str) -> Self {
        let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(SEARCH_MAX).diff_lines(before, after);
        let mut found = Self::default();
        let mut shown_until = 0;
        for group in diff.grouped_ops(CONTEXT_LINES) {
            let Some(first) = group.first() else { continue };
            let skipped = first.old_range().start - shown_until;
            if 0 < skipped {
                found.lines.push(gap(skipped));
            }
            for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
                found.push(change.tag(), (change.old_index(), change.new_index()), change.value());
            }
            shown_until = group.last().map_or(shown_until, |it| it.old_range().end);
        }
        let rest = before.lines().count().saturating_sub(shown_until);
        if !found.lines.is_empty() && 0 < rest {
            found.lines.push(gap(rest));
        }
        found.is_cut = LINES_MAX < found.lines.len();
        found.lines.truncate(LINES_MAX);
        found
    }

    /// Whether the texts are the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.added == 0 && self.removed == 0
    }

    fn push(&mut self, tag: ChangeTag, (before, after): (Option<usize>, Option<usize>), text: &str) {
        let kind = match tag {
            ChangeTag::Equal => LineKind::Same,
            ChangeTag::Insert => LineKind::Added,
            ChangeTag::Delete => LineKind::Removed,
        };
        self.added += usize::from(kind == LineKind::Added);
        self.removed += usize::from(kind == LineKind::Removed);
        let text = text.strip_suffix('\n').unwrap_or(text).to_owned();
        self.lines.push(Line { kind, before: before.map(|it| it + 1), after: after.map(|it| it + 1), text });
    }
}

impl LineKind {
    /// The class of its row, and what stands before it; words for whoever does not see the sign.
    pub(crate) fn signs(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Same => ("same", "", ""),
            Self::Added => ("added", "+", "Added: "),
            Self::Removed => ("removed", "−", "Removed: "),
            Self::Gap => ("gap", "", ""),
        }
    }
}

fn gap(lines: usize) -> Line {
    let text = format!("{lines} line{} the same", if lines == 1 { "" } else { "s" });
    Line { kind: LineKind::Gap, before: None, after: None, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let sign = |it: &Line| match it.kind {
            LineKind::Same => " ",
            LineKind::Added => "+",
            LineKind::Removed => "-",
            LineKind::Gap => "@",
        };
        let difference = Difference::between(before, after);
        difference.lines.iter().fold(String::new(), |shown, it| shown + sign(it) + &it.text + "\n")
    }

    #[test]
    fn a_changed_line_stands_among_its_neighbours() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = before.replace("5\n", "five\n");
        assert_eq!(shown(before, &after), "@1 line the same\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@1 line the same\n");
    }

    #[test]
    fn lines_are_numbered_in_the_text_they_come_from() {
        let difference = Difference::between("a\nb\n", "b\nc\n");
        let numbers: Vec<_> = difference.lines.iter().map(|it| (it.before, it.after)).collect();
        assert_eq!(numbers, [(Some(1), None), (Some(2), Some(1)), (None, Some(2))]);
        assert_eq!((difference.added, difference.removed), (1, 1));
    }

    #[test]
    fn the_same_text_has_no_difference() {
        assert!(Difference::between("a\nb\n", "a\nb\n").is_empty());
        assert_eq!(shown("a\n", "a\n"), "");
        assert_eq!(shown("", "a\n"), "+a\n");
    }

    #[test]
    fn a_difference_has_an_end() {
        let [before, after] = ["a", "b"].map(|it| format!("{it}\n").repeat(LINES_MAX));
        let difference = Difference::between(&before, &after);
        assert!(difference.is_cut);
        assert_eq!(difference.lines.len(), LINES_MAX);
        assert_eq!((difference.added, difference.removed), (LINES_MAX, LINES_MAX));
    }
}
