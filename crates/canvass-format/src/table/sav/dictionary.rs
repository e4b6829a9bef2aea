//! The beginning of an SPSS file: this file is about the records that say what its variables are.

use std::io::{self, Write};

use super::{
    data::{BIAS, segment_width, segments, units},
    plan::{Form, Plan, Variable},
};

/// The most bytes of a variable's label.
const LABEL_BYTES_MAX: usize = 255;
/// The most bytes of what a value means.
const MEANING_BYTES_MAX: usize = 120;
/// The most bytes of the file's own label.
const TITLE_BYTES_MAX: usize = 64;
/// Begins every system file; who made it stands behind.
const PRODUCT: &str = "@(#) SPSS DATA FILE Canvass";

/// Writes everything before the first row.
pub(super) fn write(out: &mut impl Write, title: &str, plan: &Plan, rows: u64) -> io::Result<()> {
    let shorts = short_names(plan);
    header(out, title, plan, rows)?;
    for (variable, short) in plan.variables.iter().zip(&shorts) {
        record(out, variable, *short)?;
    }
    meanings(out, plan)?;
    integers(out, 3, &[1, 0, 0, -1, 1, 1, 2, 65_001])?;
    extension(out, 4, 8, &[f64::MIN, f64::MAX, f64::MIN.next_up()].map(f64::to_le_bytes).concat())?;
    sets(out, plan, &shorts)?;
    display(out, plan)?;
    long_names(out, plan, &shorts)?;
    very_long_texts(out, plan, &shorts)?;
    extension(out, 16, 8, &[1_u64, rows].map(u64::to_le_bytes).concat())?;
    extension(out, 20, 1, b"UTF-8")?;
    numbers(out, &[999, 0])
}

/// For each variable the name of its first segment, of at most eight bytes; the others count on from it.
fn short_names(plan: &Plan) -> Vec<usize> {
    let mut next = 1;
    let first = |variable: &Variable| {
        let first = next;
        next += segments(variable.form.width());
        first
    };
    plan.variables.iter().map(first).collect()
}

fn short_name(number: usize) -> String {
    format!("V{number}")
}

fn header(out: &mut impl Write, title: &str, plan: &Plan, rows: u64) -> io::Result<()> {
    let of_variable = |it: &Variable| {
        (0..segments(it.form.width())).map(|segment| units(segment_width(it.form.width(), segment))).sum::<usize>()
    };
    let case_units: usize = plan.variables.iter().map(of_variable).sum();
    out.write_all(b"$FL2")?;
    out.write_all(&padded(PRODUCT, 60))?;
    numbers(out, &[2, int(case_units)?, 1, 0, i32::try_from(rows).unwrap_or(-1)])?;
    out.write_all(&BIAS.to_le_bytes())?;
    // Nothing here knows the time; this is what the format's description names for that.
    out.write_all(b"01 Jan 7000:00:00")?;
    out.write_all(&padded(cut(title, TITLE_BYTES_MAX), TITLE_BYTES_MAX))?;
    out.write_all(&[0; 3])
}

/// A variable's records: one for each segment of it, each with one for each further unit.
fn record(out: &mut impl Write, variable: &Variable, short: usize) -> io::Result<()> {
    let width = variable.form.width();
    for segment in 0..segments(width) {
        let width = segment_width(width, segment);
        let label = if segment == 0 { cut(&variable.label, LABEL_BYTES_MAX) } else { "" };
        let format = variable.form.format(width)?;
        numbers(out, &[2, int(width)?, i32::from(!label.is_empty()), 0, format, format])?;
        out.write_all(&padded(&short_name(short + segment), 8))?;
        if !label.is_empty() {
            numbers(out, &[int(label.len())?])?;
            out.write_all(&padded(label, label.len().next_multiple_of(4)))?;
        }
        for _ in 1..units(width) {
            numbers(out, &[2, -1, 0, 0, 0, 0])?;
            out.write_all(&[b' '; 8])?;
        }
    }
    Ok(())
}

/// What the values of variables mean: the meanings, then whose they are, counted in units from the first.
fn meanings(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let mut place = 1;
    for variable in &plan.variables {
        if !variable.meanings.is_empty() {
            numbers(out, &[3, int(variable.meanings.len())?])?;
            for (value, meaning) in &variable.meanings {
                let meaning = cut(meaning, MEANING_BYTES_MAX);
                out.write_all(&value.to_le_bytes())?;
                out.write_all(&[u8::try_from(meaning.len()).map_err(io::Error::other)?])?;
                out.write_all(&padded(meaning, (meaning.len() + 1).next_multiple_of(8) - 1))?;
            }
            numbers(out, &[4, 1, int(place)?])?;
        }
        let width = variable.form.width();
        place += (0..segments(width)).map(|segment| units(segment_width(width, segment))).sum::<usize>();
    }
    Ok(())
}

/// Multiple-response sets of yes or no, 1 being yes.
fn sets(out: &mut impl Write, plan: &Plan, shorts: &[usize]) -> io::Result<()> {
    if plan.sets.is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    for set in &plan.sets {
        let label = cut(&set.label, LABEL_BYTES_MAX);
        let members = shorts.get(set.members.clone()).unwrap_or_default();
        let members: Vec<String> = members.iter().map(|it| short_name(*it).to_ascii_lowercase()).collect();
        text.extend([&set.name, "=D1 1 ", &label.len().to_string(), " ", label, " ", &members.join(" "), "\n"]);
    }
    extension(out, 7, 1, text.as_bytes())
}

/// For each segment: how it is measured, how wide it is shown, and on which side.
fn display(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let mut shown = Vec::new();
    for variable in &plan.variables {
        let (measure, columns, side) = variable.form.display();
        for _ in 0..segments(variable.form.width()) {
            shown.extend([measure, columns, side]);
        }
    }
    integers(out, 11, &shown)
}

fn long_names(out: &mut impl Write, plan: &Plan, shorts: &[usize]) -> io::Result<()> {
    let pairs = plan.variables.iter().zip(shorts).map(|(it, short)| format!("{}={}", short_name(*short), it.name));
    extension(out, 13, 1, pairs.collect::<Vec<_>>().join("\t").as_bytes())
}

fn very_long_texts(out: &mut impl Write, plan: &Plan, shorts: &[usize]) -> io::Result<()> {
    let widths = plan.variables.iter().map(|it| it.form.width()).zip(shorts).filter(|(width, _)| 1 < segments(*width));
    let pairs = widths.map(|(width, short)| format!("{}={width:05}\0\t", short_name(*short)));
    let text = pairs.collect::<Vec<_>>().concat();
    if text.is_empty() { Ok(()) } else { extension(out, 14, 1, text.as_bytes()) }
}

fn integers(out: &mut impl Write, kind: i32, content: &[i32]) -> io::Result<()> {
    extension(out, kind, 4, &content.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<u8>>())
}

/// A record that older readers pass over: its kind, the size of an element, their number, and they.
fn extension(out: &mut impl Write, kind: i32, size: usize, content: &[u8]) -> io::Result<()> {
    numbers(out, &[7, kind, int(size)?, int(content.len() / size)?])?;
    out.write_all(content)
}

fn numbers(out: &mut impl Write, numbers: &[i32]) -> io::Result<()> {
    numbers.iter().try_for_each(|it| out.write_all(&it.to_le_bytes()))
}

fn int(number: usize) -> io::Result<i32> {
    i32::try_from(number).map_err(|_| super::unfit("There is more than an SPSS file can hold".to_owned()))
}

fn padded(text: &str, bytes: usize) -> Vec<u8> {
    let mut padded = text.as_bytes().to_vec();
    padded.resize(bytes, b' ');
    padded
}

/// As much of a text as fits, in whole characters.
fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

impl Form {
    /// The bytes of a text; 0 for a number.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Text(width) => width,
            Self::Nominal | Self::Ordinal | Self::Whole | Self::Decimal | Self::Moment | Self::Day => 0,
        }
    }

    /// SPSS's code for how a value is shown: kind, width and decimals.
    fn format(self, width: usize) -> io::Result<i32> {
        let (kind, width, decimals) = match self {
            Self::Text(_) => (1, int(width)?, 0),
            Self::Nominal | Self::Ordinal => (5, 8, 0),
            Self::Whole => (5, 16, 0),
            Self::Decimal => (5, 16, 4),
            Self::Moment => (22, 24, 3),
            Self::Day => (39, 10, 0),
        };
        Ok(kind << 16 | width << 8 | decimals)
    }

    /// Measure (1 nominal, 2 ordinal, 3 scale), columns, and side (0 left, 1 right).
    fn display(self) -> (i32, i32, i32) {
        match self {
            Self::Text(_) => (1, 30, 0),
            Self::Nominal => (1, 10, 1),
            Self::Ordinal => (2, 10, 1),
            Self::Whole | Self::Decimal => (3, 12, 1),
            Self::Moment | Self::Day => (3, 24, 1),
        }
    }
}
