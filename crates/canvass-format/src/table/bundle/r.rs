//! R: this file is about a script that makes a data frame of the CSV.
//!
//! The script is plain ASCII; whatever people wrote is in it as escapes, so that no text can end a string.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use canvass_model::table::{Choice, Column, Kind, Table};

use super::{DATA, labels};

/// What every script begins with, up to the columns.
const FUNCTIONS: &str = r#"
# One of several choices becomes a factor; answers of one's own stand beside it in a column that ends in ".other".
one <- function(data, name, ids, labels) {
  cells <- data[[name]]
  own <- !is.na(cells) & startsWith(cells, "other: ")
  if (any(own)) {
    data[[paste0(name, ".other")]] <- ifelse(own, substring(cells, 8), NA)
    cells[own] <- "other: "
    ids <- c(ids, "other: ")
    labels <- c(labels, "Other")
  }
  data[[name]] <- factor(cells, levels = ids, labels = labels)
  data
}

# Several choices become a logical column each, called after the question and the choice.
any_of <- function(data, name, ids, labels) {
  cells <- data[[name]]
  listed <- sub("(?s)(^|;)other: .*$", "", cells, perl = TRUE)
  for (place in seq_along(ids)) {
    column <- paste0(name, ".", ids[place])
    data[[column]] <- ifelse(is.na(cells), NA, grepl(paste0(";", ids[place], ";"), paste0(";", listed, ";"), fixed = TRUE))
    attr(data[[column]], "label") <- labels[place]
  }
  own <- !is.na(cells) & listed != cells
  if (any(own)) {
    data[[paste0(name, ".other")]] <- ifelse(own, sub("^;?other: ", "", substring(cells, nchar(listed) + 1)), NA)
  }
  data
}
"#;

/// Writes the script for so many rows.
pub(super) fn write(table: &Table, rows: u64, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "# Reads {DATA} into the data frame `responses`, with types and labels. Start R in this folder, then:"
    )?;
    writeln!(out, "#   source(\"responses.R\")")?;
    writeln!(out, "responses <- local({{{FUNCTIONS}")?;
    writeln!(
        out,
        "data <- read.csv({}, colClasses = \"character\", na.strings = \"\", encoding = \"UTF-8\", check.names = FALSE,\n  \
         comment.char = \"\", strip.white = FALSE, blank.lines.skip = FALSE)",
        string(DATA)
    )?;
    let columns = table.columns.len();
    writeln!(out, "if (nrow(data) != {rows} || ncol(data) != {columns}) {{")?;
    writeln!(out, "  stop(\"responses.csv is not whole: {rows} rows of {columns} columns are expected\")\n}}")?;
    table.columns.iter().try_for_each(|it| column(it, out))?;
    writeln!(out, "attr(data, \"label\") <- {}\ndata\n}})", string(&table.title))
}

fn column(column: &Column, out: &mut impl Write) -> io::Result<()> {
    let cells = format!("data[[{}]]", string(&column.name));
    let label = string(&column.label);
    match &column.kind {
        Kind::Text => writeln!(out, "{cells} <- sub(\"^'\", \"\", {cells})")?,
        Kind::Integer | Kind::Decimal => writeln!(out, "{cells} <- as.numeric({cells})")?,
        Kind::Scale(meanings) => {
            writeln!(out, "{cells} <- as.numeric({cells})")?;
            let meaning = |(number, meaning): &(i64, String)| format!("{} = {number}", string(meaning));
            let meanings: Vec<String> = meanings.iter().filter(|(_, it)| !it.is_empty()).map(meaning).collect();
            if !meanings.is_empty() {
                writeln!(out, "attr({cells}, \"labels\") <- c({})", meanings.join(", "))?;
            }
        }
        Kind::Boolean => writeln!(out, "{cells} <- {cells} == \"yes\"")?,
        Kind::Moment => {
            writeln!(out, "{cells} <- as.POSIXct({cells}, format = \"%Y-%m-%dT%H:%M:%OSZ\", tz = \"UTC\")")?;
        }
        Kind::Day => writeln!(out, "{cells} <- as.Date({cells}, format = \"%Y-%m-%d\")")?,
        Kind::Choice(choices) => call("one", column, choices, out)?,
        Kind::Choices(choices) => call("any_of", column, choices, out)?,
    }
    if column.label.is_empty() { Ok(()) } else { writeln!(out, "attr({cells}, \"label\") <- {label}") }
}

fn call(function: &str, column: &Column, choices: &[Choice], out: &mut impl Write) -> io::Result<()> {
    let ids: Vec<String> = choices.iter().map(|it| string(&it.id)).collect();
    let labels: Vec<String> = labels(choices).iter().map(|it| string(it)).collect();
    let (name, ids, labels) = (string(&column.name), ids.join(", "), labels.join(", "));
    writeln!(out, "data <- {function}(data, {name}, as.character(c({ids})), as.character(c({labels})))")
}

/// A string of R in ASCII.
fn string(text: &str) -> String {
    let mut string = String::from("\"");
    for it in text.chars() {
        match it {
            '"' | '\\' => {
                string.push('\\');
                string.push(it);
            }
            ' '..='~' => string.push(it),
            _ => {
                // Writing to a string cannot fail.
                let _: std::fmt::Result = write!(string, "\\U{{{:x}}}", u32::from(it));
            }
        }
    }
    string.push('"');
    string
}
