//! Cells: this file is about counting in which pairs of categories the rows of chunks are.

use super::axis::Placed;
use crate::filter::Mask;

/// Counts of pairs. Categories stand at the places that their axes gave them.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    counts: Vec<Vec<u64>>,
    rows: Vec<u64>,
    columns: Vec<u64>,
    /// Responses that answered both questions.
    pub(super) both: u64,
    /// Responses that answered only the question of the columns, only that of the rows, or neither.
    pub(super) missing: [u64; 3],
}

impl Cells {
    /// Counts the rows of a chunk that `mask` lets.
    pub(super) fn add(&mut self, (rows, columns): (&Placed, &Placed), categories: (usize, usize), mask: &Mask) {
        let width = categories.1 + 1;
        // The place 0 is that of no answer.
        let mut firsts = vec![0_u32; (categories.0 + 1) * width];
        let pairs = rows.first.iter().zip(&columns.first);
        let cell = |(row, column): (&u16, &u16)| usize::from(*row) * width + usize::from(*column);
        match mask.rows() {
            None => pairs.map(cell).for_each(|it| firsts[it] += 1),
            Some(mask) => {
                pairs.zip(mask).filter(|(_, counts)| **counts).for_each(|(pair, _)| firsts[cell(pair)] += 1);
            }
        }
        for (at, count) in firsts.into_iter().enumerate().filter(|(_, count)| *count != 0) {
            let count = u64::from(count);
            match (at / width, at % width) {
                (0, 0) => self.missing[2] += count,
                (0, _) => self.missing[0] += count,
                (_, 0) => self.missing[1] += count,
                (row, column) => {
                    self.both += count;
                    self.put(row, column, count);
                    *place(&mut self.rows, row) += count;
                    *place(&mut self.columns, column) += count;
                }
            }
        }
        self.add_more(rows, columns);
    }

    /// Counts what rows in several categories have beyond the pair of their first ones.
    fn add_more(&mut self, rows: &Placed, columns: &Placed) {
        let (mut of_rows, mut of_columns) = (rows.more.as_slice(), columns.more.as_slice());
        loop {
            let next = [of_rows.first(), of_columns.first()].into_iter().flatten().map(|(row, _)| *row).min();
            let Some(row) = next else { return };
            let (more_rows, more_columns) = (take(&mut of_rows, row), take(&mut of_columns, row));
            let (first_row, first_column) = (usize::from(rows.first[row]), usize::from(columns.first[row]));
            if first_row == 0 || first_column == 0 {
                continue;
            }
            for (_, more) in more_rows {
                let more = usize::from(*more);
                *place(&mut self.rows, more) += 1;
                self.put(more, first_column, 1);
            }
            for (_, more) in more_columns {
                let more = usize::from(*more);
                *place(&mut self.columns, more) += 1;
                self.put(first_row, more, 1);
            }
            for (_, row) in more_rows {
                for (_, column) in more_columns {
                    self.put(usize::from(*row), usize::from(*column), 1);
                }
            }
        }
    }

    /// Responses in a pair of categories.
    pub(super) fn count(&self, row: usize, column: usize) -> u64 {
        self.counts.get(row).and_then(|it| it.get(column)).copied().unwrap_or_default()
    }

    /// Responses in a category of the rows that are in one of the columns, too.
    pub(super) fn row(&self, row: usize) -> u64 {
        self.rows.get(row).copied().unwrap_or_default()
    }

    /// The same of a category of the columns.
    pub(super) fn column(&self, column: usize) -> u64 {
        self.columns.get(column).copied().unwrap_or_default()
    }

    fn put(&mut self, row: usize, column: usize, count: u64) {
        if self.counts.len() < row {
            self.counts.resize(row, Vec::new());
        }
        *place(&mut self.counts[row - 1], column) += count;
    }
}

/// The count at a place that is counted from 1.
fn place(counts: &mut Vec<u64>, place: usize) -> &mut u64 {
    if counts.len() < place {
        counts.resize(place, 0);
    }
    &mut counts[place - 1]
}

/// The further places of one row.
fn take<'p>(places: &mut &'p [(usize, u16)], row: usize) -> &'p [(usize, u16)] {
    let count = places.iter().take_while(|(it, _)| *it == row).count();
    let (of_row, rest) = places.split_at(count);
    *places = rest;
    of_row
}
