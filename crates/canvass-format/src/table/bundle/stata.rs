//! Stata: this file is about a script that reads the CSV with types and labels (Stata 14 and newer).
//!
//! Stata expands `$` and backticks wherever they stand, also in strings. So whatever people wrote is given to Mata, all
//! but letters, digits and harmless signs as numbers of characters.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use canvass_model::table::{Choice, Column, Kind, Table};

use super::{DATA, labels};

/// The most characters of a name.
const NAME_CHARS_MAX: usize = 32;
/// The most characters of a variable's label.
const LABEL_CHARS_MAX: usize = 80;
/// Words that Stata keeps for itself; the types `str1` to `str2045` besides.
const RESERVED: [&str; 12] =
    ["byte", "double", "float", "if", "in", "int", "long", "strL", "using", "with", "pi", "rc"];

/// Writes the script for so many rows.
pub(super) fn write(table: &Table, rows: u64, out: &mut impl Write) -> io::Result<()> {
    let columns = table.columns.len();
    writeln!(out, "* Reads {DATA} with types and labels. Change to this folder with cd, then: do responses")?;
    writeln!(out, "version 14\nclear")?;
    writeln!(
        out,
        "import delimited using \"{DATA}\", delimiters(\",\") varnames(nonames) rowrange(2) stringcols(_all) \
         bindquote(strict) maxquotedrows(unlimited) encoding(\"utf-8\")"
    )?;
    writeln!(out, "if (_N != {rows} | ({rows} > 0 & c(k) != {columns})) {{")?;
    writeln!(out, "    display as error \"{DATA} is not whole: {rows} rows of {columns} columns are expected\"")?;
    writeln!(out, "    exit 459\n}}")?;
    if rows == 0 {
        return writeln!(out, "* There are no responses.");
    }
    writeln!(out, "rename v# _r#\nlabel define yes_no 0 \"No\" 1 \"Yes\"")?;
    let mut names = HashSet::new();
    for (place, column) in table.columns.iter().enumerate() {
        Variable { raw: format!("_r{}", place + 1), name: given(&mut names, &column.name) }
            .write(column, &mut names, out)?;
    }
    writeln!(out, "drop _r*\ncompress")
}

/// What a column becomes.
struct Variable {
    /// The text out of the CSV.
    raw: String,
    name: String,
}

impl Variable {
    fn write(&self, column: &Column, names: &mut HashSet<String>, out: &mut impl Write) -> io::Result<()> {
        let Self { raw, name } = self;
        match &column.kind {
            Kind::Text => {
                let plain = format!("cond(substr({raw}, 1, 1) == \"'\", substr({raw}, 2, .), {raw})");
                writeln!(out, "generate strL {name} = {plain}")?;
            }
            Kind::Integer | Kind::Decimal => writeln!(out, "generate double {name} = real({raw})")?,
            Kind::Scale(meanings) => {
                writeln!(out, "generate double {name} = real({raw})")?;
                let meanings = meanings.iter().filter(|(_, it)| !it.is_empty());
                value_labels(name, meanings.map(|(number, meaning)| (number.to_string(), meaning.clone())), out)?;
            }
            Kind::Boolean => {
                writeln!(out, "generate byte {name} = cond({raw} == \"yes\", 1, cond({raw} == \"no\", 0, .))")?;
                writeln!(out, "label values {name} yes_no")?;
            }
            Kind::Moment => {
                let plain = format!("subinstr(subinstr({raw}, \"T\", \" \", 1), \"Z\", \"\", 1)");
                writeln!(out, "generate double {name} = clock({plain}, \"YMDhms\")\nformat {name} %tc")?;
            }
            Kind::Day => writeln!(out, "generate double {name} = date({raw}, \"YMD\")\nformat {name} %td")?,
            Kind::Choice(choices) => self.choice(choices, names, out)?,
            Kind::Choices(choices) => return self.choices(column, choices, names, out),
        }
        label(name, &column.label, out)
    }

    /// A number with labels, and the answers of one's own beside it.
    fn choice(&self, choices: &[Choice], names: &mut HashSet<String>, out: &mut impl Write) -> io::Result<()> {
        let Self { raw, name } = self;
        writeln!(out, "generate int {name} = .")?;
        for (place, choice) in choices.iter().enumerate() {
            writeln!(out, "replace {name} = {} if {raw} == \"{}\"", place + 1, id(choice))?;
        }
        let other = choices.len() + 1;
        writeln!(out, "replace {name} = {other} if substr({raw}, 1, 7) == \"other: \"")?;
        let labels = labels(choices).into_iter().chain(["Other".to_owned()]).enumerate();
        value_labels(name, labels.map(|(place, label)| ((place + 1).to_string(), label)), out)?;
        let own = given(names, &format!("{name}_other"));
        writeln!(out, "generate strL {own} = cond({name} == {other}, substr({raw}, 8, .), \"\")")
    }

    /// Yes or no for each choice, and the answers of one's own.
    fn choices(
        &self,
        column: &Column,
        choices: &[Choice],
        names: &mut HashSet<String>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let Self { raw, name } = self;
        writeln!(out, "generate strL _p = \";\" + {raw} + \";\"\ngenerate long _o = strpos(_p, \";other: \")")?;
        writeln!(out, "replace _p = substr(_p, 1, _o) if _o > 0")?;
        for (choice, words) in choices.iter().zip(labels(choices)) {
            let member = given(names, &format!("{name}_{}", id(choice)));
            writeln!(out, "generate byte {member} = strpos(_p, \";{};\") > 0 if {raw} != \"\"", id(choice))?;
            writeln!(out, "label values {member} yes_no")?;
            label(&member, &words, out)?;
        }
        let own = given(names, &format!("{name}_other"));
        writeln!(out, "generate strL {own} = cond(_o > 0, substr({raw}, _o + 7, .), \"\")\ndrop _p _o")?;
        label(&own, &column.label, out)
    }
}

/// The id of a choice, which is letters, digits and underscores; nothing else gets into the script.
fn id(choice: &Choice) -> String {
    choice.id.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_').collect()
}

/// A name that Stata takes and that was not given before: 32 letters, digits and underscores; Stata's own begin with `_`.
fn given(names: &mut HashSet<String>, wanted: &str) -> String {
    let letters = |it: char| if it.is_ascii_alphanumeric() { it } else { '_' };
    let mut allowed: String = wanted.chars().map(letters).take(NAME_CHARS_MAX).collect();
    let is_type =
        allowed.strip_prefix("str").is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    if !allowed.starts_with(|it: char| it.is_ascii_alphabetic()) || is_type || RESERVED.contains(&allowed.as_str()) {
        allowed.insert(0, 'x');
        allowed.truncate(NAME_CHARS_MAX);
    }
    let mut name = allowed.clone();
    let mut next = 1;
    while !names.insert(name.clone()) {
        next += 1;
        let suffix = format!("_{next}");
        allowed.truncate(NAME_CHARS_MAX - suffix.len());
        name = format!("{allowed}{suffix}");
    }
    name
}

fn label(name: &str, label: &str, out: &mut impl Write) -> io::Result<()> {
    if label.is_empty() {
        return Ok(());
    }
    let label: String = label.chars().take(LABEL_CHARS_MAX).collect();
    writeln!(out, "mata: st_varlabel(\"{name}\", {})", string(&label))
}

fn value_labels(name: &str, labels: impl Iterator<Item = (String, String)>, out: &mut impl Write) -> io::Result<()> {
    for (value, label) in labels {
        writeln!(out, "mata: st_vlmodify(\"{name}\", {value}, {})", string(&label))?;
    }
    writeln!(out, "label values {name} {name}")
}

/// A string of Mata: what is no letter, digit or harmless sign is named by its number.
fn string(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    for it in text.chars() {
        if it.is_alphanumeric() || matches!(it, ' ' | '.' | ',' | ':' | ';' | '?' | '!' | '(' | ')' | '-' | '_') {
            plain.push(it);
        } else {
            parts.push(format!("\"{}\"", std::mem::take(&mut plain)));
            parts.push(format!("uchar({})", u32::from(it)));
        }
    }
    parts.push(format!("\"{plain}\""));
    parts.retain(|it| it != "\"\"");
    if parts.is_empty() { "\"\"".to_owned() } else { parts.join(" + ") }
}
