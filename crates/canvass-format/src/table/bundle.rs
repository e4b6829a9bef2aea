//! CSV with a script that reads it: this file is about one archive with both, and the codebook.
//!
//! The script comes behind the rows, so it knows how many there are, and refuses a file that has others.

mod r;
mod stata;

use std::io::{self, Write};

use canvass_model::table::{Choice, Row, Table, Writer};

use super::{
    End, Sink,
    archive::{Archive, Extent},
    codebook,
    csv::Csv,
};

/// The file that scripts read.
const DATA: &str = "responses.csv";

/// Which program the script is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    R,
    Stata,
}

/// Writes the archive; costs what CSV and packing cost.
pub(super) struct Bundle<S: Write> {
    csv: Csv<Archive<S>>,
    table: Table,
    script: Script,
    rows: u64,
}

impl<S: Write> Bundle<S> {
    pub(super) fn begin(table: &Table, script: Script, sink: S) -> io::Result<Self> {
        let mut archive = Archive::new(sink, Extent::Large);
        archive.begin(DATA)?;
        Ok(Self { csv: Csv::guarded(table, Sink::new(End::Plain, archive))?, table: table.clone(), script, rows: 0 })
    }
}

impl<S: Write> Writer for Bundle<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        self.rows += rows.len() as u64;
        self.csv.write(rows)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let mut archive = self.csv.into_sink()?.into_inner();
        let mut script = io::BufWriter::new(&mut archive);
        match self.script {
            Script::R => {
                script.get_mut().begin("responses.R")?;
                r::write(&self.table, self.rows, &mut script)?;
            }
            Script::Stata => {
                script.get_mut().begin("responses.do")?;
                stata::write(&self.table, self.rows, &mut script)?;
            }
        }
        script.flush()?;
        script.get_mut().begin("codebook.md")?;
        codebook::write(&self.table, &mut script)?;
        script.flush()?;
        drop(script);
        archive.finish()
    }
}

/// The labels of choices, made different by their ids where they are not: programs count equal labels together.
fn labels(choices: &[Choice]) -> Vec<String> {
    let is_alone = |label: &str| label != "Other" && choices.iter().filter(|it| it.label == label).count() == 1;
    let label = |it: &Choice| match it.label.as_str() {
        "" => it.id.clone(),
        label if is_alone(label) => label.to_owned(),
        label => format!("{label} ({})", it.id),
    };
    choices.iter().map(label).collect()
}
