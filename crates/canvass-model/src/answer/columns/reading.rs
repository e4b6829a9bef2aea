//! Reading answers into cells: this file is about one pass over their JSON text, without a copy of it in between.

use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Asked, Choices, Shape};
use crate::{
    answer::{
        Unreadable,
        cell::{OTHER, SEPARATOR, yes_or_no},
    },
    number,
    table::Cell,
};

/// Reads the object of answers into the cells of its columns.
pub(super) fn read(asked: &[Asked], answers: &str, cells: &mut [Cell]) -> Result<(), Unreadable> {
    let mut json = serde_json::Deserializer::from_str(answers);
    let read = json.deserialize_map(Row { asked, cells }).and_then(|()| json.end());
    read.map_err(|error| Unreadable(error.to_string()))
}

/// The object from question to answer.
struct Row<'a> {
    asked: &'a [Asked],
    cells: &'a mut [Cell],
}

/// The key of an answer: the place of its column, if it has one.
struct Place<'a> {
    asked: &'a [Asked],
    /// Where the next key is likely to be found: answers stand in the order of their version's questions.
    likely: usize,
}

/// The answer to a question.
struct Answer<'a>(&'a Asked);

/// One of several picks.
struct Pick;

/// What was picked.
enum Picked {
    Listed(String),
    Other(String),
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object from question to answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut likely = 0;
        while let Some(place) = map.next_key_seed(Place { asked: self.asked, likely })? {
            let found = place.and_then(|it| Some((it, self.asked.get(it)?, self.cells.get_mut(it)?)));
            match found {
                Some((place, asked, cell)) => {
                    *cell = map.next_value_seed(Answer(asked))?;
                    likely = place + 1;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a question's id")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let (before, after) = self.asked.split_at(self.likely.min(self.asked.len()));
        let ahead = after.iter().position(|it| it.name == key).map(|it| it + before.len());
        Ok(ahead.or_else(|| before.iter().position(|it| it.name == key)))
    }
}

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = Cell;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Answer<'_> {
    fn unfit<E: Error>(&self) -> E {
        E::custom(format_args!("the answer to {} is of a kind that no version asked for", self.0.name))
    }

    fn number<E: Error>(&self, number: f64) -> Result<Cell, E> {
        match (&self.0.shape, number::whole(number)) {
            (Shape::Integer | Shape::Scale(_), Some(whole)) => Ok(Cell::Integer(whole)),
            (Shape::Decimal, _) => Ok(Cell::Decimal(number)),
            (Shape::Text, _) => Ok(Cell::Text(number.to_string())),
            (Shape::Integer | Shape::Scale(_) | Shape::YesNo | Shape::One(_) | Shape::Any(_), _) => Err(self.unfit()),
        }
    }

    fn pick<E: Error>(&self, pick: Picked) -> Result<Cell, E> {
        match &self.0.shape {
            Shape::Text => Ok(Cell::Text(pick.words())),
            Shape::One(choices) => Ok(match choices.place(pick) {
                Ok(place) => Cell::Choice(place),
                Err(own) => Cell::Other(own),
            }),
            Shape::Any(choices) => Ok(match choices.place(pick) {
                Ok(place) => Cell::Choices(vec![place], Vec::new()),
                Err(own) => Cell::Choices(Vec::new(), vec![own]),
            }),
            Shape::Integer | Shape::Scale(_) | Shape::Decimal | Shape::YesNo => Err(self.unfit()),
        }
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell, E> {
        match &self.0.shape {
            Shape::Text => Ok(Cell::Text(text.to_owned())),
            Shape::One(choices) => match choices.places.get(text) {
                Some(place) => Ok(Cell::Choice(*place)),
                None => Ok(Cell::Other(text.to_owned())),
            },
            Shape::Any(_) => self.pick(Picked::Listed(text.to_owned())),
            Shape::Integer | Shape::Scale(_) | Shape::Decimal | Shape::YesNo => Err(self.unfit()),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell, E> {
        match &self.0.shape {
            Shape::Integer | Shape::Scale(_) => Ok(Cell::Integer(number)),
            Shape::Decimal => Ok(Cell::Decimal(number::float(number))),
            Shape::Text => Ok(Cell::Text(number.to_string())),
            Shape::YesNo | Shape::One(_) | Shape::Any(_) => Err(self.unfit()),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell, E> {
        i64::try_from(number).map_err(|_| self.unfit()).and_then(|it| self.visit_i64(it))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Cell, E> {
        self.number(number)
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Cell, E> {
        match &self.0.shape {
            Shape::YesNo => Ok(Cell::Boolean(yes)),
            Shape::Text => Ok(Cell::Text(yes_or_no(yes).to_owned())),
            Shape::Integer | Shape::Scale(_) | Shape::Decimal | Shape::One(_) | Shape::Any(_) => Err(self.unfit()),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Missing)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let pick = Pick.visit_map(map)?;
        self.pick(pick)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell, A::Error> {
        match &self.0.shape {
            Shape::Any(choices) => {
                let (mut places, mut own) = (Vec::new(), Vec::new());
                while let Some(pick) = list.next_element_seed(Pick)? {
                    match choices.place(pick) {
                        Ok(place) => places.push(place),
                        Err(text) => own.push(text),
                    }
                }
                places.sort_unstable();
                places.dedup();
                Ok(Cell::Choices(places, own))
            }
            Shape::Text => {
                let mut text = String::new();
                while let Some(pick) = list.next_element_seed(Pick)? {
                    let between = if text.is_empty() { "" } else { SEPARATOR };
                    let _ = write!(text, "{between}{}", pick.words());
                }
                Ok(Cell::Text(text))
            }
            Shape::Integer | Shape::Scale(_) | Shape::Decimal | Shape::YesNo | Shape::One(_) => Err(self.unfit()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Pick {
    type Value = Picked;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Picked, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pick {
    type Value = Picked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a choice's id, or an answer of one's own")
    }

    fn visit_str<E: Error>(self, id: &str) -> Result<Picked, E> {
        Ok(Picked::Listed(id.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Picked, A::Error> {
        let mut own = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "other" {
                own = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        own.map(Picked::Other).ok_or_else(|| A::Error::missing_field("other"))
    }
}

impl Picked {
    /// The pick as text, where a column has no choices.
    fn words(&self) -> String {
        match self {
            Self::Listed(id) => id.clone(),
            Self::Other(text) => format!("{OTHER}{text}"),
        }
    }
}

impl Choices {
    /// The place of a pick among the choices; an answer of one's own otherwise.
    fn place(&self, pick: Picked) -> Result<usize, String> {
        match pick {
            Picked::Listed(id) => self.places.get(&id).copied().ok_or(id),
            Picked::Other(text) => Err(text),
        }
    }
}
