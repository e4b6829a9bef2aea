//! Values on the wire: this file is about turning ours into PostgreSQL's and back.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::{
    Row as ServerRow,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};

use super::super::{Row, Value};
use crate::Error;

/// Decodes the columns of a row the server sent.
pub(super) fn decode(row: &ServerRow) -> Result<Row, Error> {
    (0..row.len()).map(|at| column(row, at)).collect()
}

fn column(row: &ServerRow, at: usize) -> Result<Value, Error> {
    match *row.columns()[at].type_() {
        Type::INT8 => read(row, at, Value::Int),
        Type::INT4 => read(row, at, |it: i32| Value::Int(it.into())),
        Type::INT2 => read(row, at, |it: i16| Value::Int(it.into())),
        Type::BOOL => read(row, at, |it: bool| Value::Int(it.into())),
        Type::FLOAT8 => read(row, at, Value::Real),
        Type::FLOAT4 => read(row, at, |it: f32| Value::Real(it.into())),
        Type::TEXT | Type::VARCHAR | Type::NAME => read(row, at, Value::Text),
        Type::BYTEA => read(row, at, Value::Blob),
        ref other => Err(Error::Corrupt { what: "column", found: format!("type {other}; cast it to bigint or text") }),
    }
}

fn read<'a, T: FromSql<'a>>(row: &'a ServerRow, at: usize, wrap: impl FnOnce(T) -> Value) -> Result<Value, Error> {
    Ok(row.try_get::<_, Option<T>>(at).map_err(Error::engine)?.map_or(Value::Null, wrap))
}

impl ToSql for Value {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, to) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(it), &Type::INT8) => it.to_sql(to, out),
            (Self::Int(it), &Type::INT4) => i32::try_from(*it)?.to_sql(to, out),
            (Self::Int(it), &Type::INT2) => i16::try_from(*it)?.to_sql(to, out),
            (Self::Real(it), &Type::FLOAT8) => it.to_sql(to, out),
            (Self::Text(it), &Type::TEXT | &Type::VARCHAR) => it.to_sql(to, out),
            (Self::Blob(it), &Type::BYTEA) => it.to_sql(to, out),
            (other, _) => Err(format!("{} does not fit a parameter of type {to}", kind(other)).into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::INT2, Type::FLOAT8, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Int(_) => "a whole number",
        Value::Real(_) => "a real number",
        Value::Text(_) => "a text",
        Value::Blob(_) => "bytes",
    }
}
