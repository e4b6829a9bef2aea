//! Fields: this file is about the queries on a tenant's own fields and on what surveys have in them.

use canvass_model::{
    id::SurveyId,
    metadata::{Document, Field, FieldId, Fields, Kind, Metadata},
    time::Timestamp,
};
use canvass_storage::{
    Error, Tx, fields, metadata,
    surveys::{self, Shelf},
};
use serde_json::json;

use crate::{a_survey, a_tenant, on_each_engine};

fn field(id: &str, kind: Kind) -> Field {
    let document = Document {
        id: id.to_owned(),
        label: format!("The {id}"),
        kind,
        required: false,
        default: None,
        pattern: None,
        link: None,
        listed: false,
    };
    Field::parse(&document).unwrap()
}

fn id(text: &str) -> FieldId {
    FieldId::parse(text).unwrap()
}

fn order(list: &Fields) -> Vec<&str> {
    list.iter().map(|it| it.id().as_str()).collect()
}

/// The fields `sku`, a text, and `budget`, a number.
fn two_fields(tx: &mut Tx<'_>) -> Result<Fields, Error> {
    fields::insert(tx, &field("sku", Kind::Text), 0)?;
    fields::insert(tx, &field("budget", Kind::Decimal), 1)?;
    fields::list(tx)
}

fn note(tx: &mut Tx<'_>, survey: SurveyId, values: &serde_json::Value) -> Result<Metadata, Error> {
    let list = fields::list(tx)?;
    let values = Metadata::from_json(&list, values).unwrap();
    metadata::put(tx, survey, &values)?;
    Ok(values)
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_keep_their_definition_and_order() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let list = two_fields(tx)?;
                assert_eq!(list[..], [field("sku", Kind::Text), field("budget", Kind::Decimal)]);
                fields::update(tx, &field("sku", Kind::Integer), 7)?;
                let list = fields::list(tx)?;
                assert_eq!(order(&list), ["budget", "sku"]);
                assert_eq!(list[1].kind(), Kind::Integer);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        let other = a_tenant(&directory, "Fabrikam").await;
        assert!(other.read(fields::list).await.unwrap().is_empty(), "fields are the tenant's own");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_field_keeps_its_values_for_its_return_and_frees_its_id() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let list = two_fields(tx)?;
                let survey = a_survey(tx, "Lunch")?.id;
                let noted = note(tx, survey, &json!({ "sku": "A-1", "budget": 12.5 }))?;
                assert_eq!(metadata::find(tx, &list, survey)?, noted);

                let now = tx.now();
                fields::remove(tx, &id("sku"), now)?;
                let list = fields::list(tx)?;
                assert_eq!(order(&list), ["budget"]);
                assert_eq!(metadata::find(tx, &list, survey)?.to_json(), json!({ "budget": 12.5 }));
                note(tx, survey, &json!({}))?;
                let removed = fields::list_removed(tx)?;
                assert_eq!((removed.len(), fields::count_removed(tx)?), (1, 1));
                assert_eq!((removed[0].field.id(), removed[0].surveys, removed[0].removed_at), (&id("sku"), 1, now));

                fields::insert(tx, &field("sku", Kind::Integer), 5)?;
                note(tx, survey, &json!({ "sku": 7 }))?;
                fields::remove(tx, &id("sku"), now)?;
                fields::restore(tx, removed[0].key)?;
                let list = fields::list(tx)?;
                assert_eq!(metadata::find(tx, &list, survey)?.to_json(), json!({ "sku": "A-1" }));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_removed_fields_go_for_good_and_take_their_values_along() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                two_fields(tx)?;
                let survey = a_survey(tx, "Lunch")?.id;
                note(tx, survey, &json!({ "sku": "A-1", "budget": 3 }))?;
                let now = tx.now();
                fields::remove(tx, &id("sku"), now)?;
                let key = fields::list_removed(tx)?[0].key;
                assert_eq!(fields::delete_removed(tx, now, 9)?, 0, "it was removed now, not before");
                assert_eq!(fields::delete_removed(tx, now.plus_ms(Timestamp::DAY_MS), 9)?, 1);
                assert!(!fields::delete(tx, key)?, "it is gone");
                assert!(fields::list_removed(tx)?.is_empty());
                let list = fields::list(tx)?;
                assert_eq!(metadata::find(tx, &list, survey)?.to_json(), json!({ "budget": 3 }));
                fields::remove(tx, &id("budget"), now)?;
                let key = fields::list_removed(tx)?[0].key;
                fields::restore(tx, key)?;
                assert!(!fields::delete(tx, key)?, "one in use stays");
                let list = fields::list(tx)?;
                assert_eq!(metadata::find(tx, &list, survey)?.to_json(), json!({ "budget": 3 }));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_counted_filled_and_found() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let list = two_fields(tx)?;
                let [one, two, three] = ["One", "Two", "Three"].map(|it| a_survey(tx, it).unwrap());
                note(tx, one.id, &json!({ "sku": "A-1" }))?;
                note(tx, two.id, &json!({ "sku": "A-1", "budget": 1 }))?;
                surveys::update(tx, &three.clone().trash(tx.now()).unwrap())?;
                let shared = metadata::values(tx, &id("sku"), "", 9)?;
                assert_eq!(shared.iter().map(|it| (it.value.as_str(), it.surveys)).collect::<Vec<_>>(), [("A-1", 2)]);
                assert_eq!(metadata::values(tx, &id("sku"), "A-1", 9)?, []);
                assert_eq!(metadata::count_without(tx, &id("budget"))?, 1, "what is in the trash does not count");

                assert_eq!(metadata::fill(tx, &id("budget"), "5")?, 2);
                assert_eq!(metadata::fill(tx, &id("budget"), "6")?, 0);
                let all = metadata::list(tx, &list, &[one.id, two.id, three.id])?;
                let budgets: Vec<_> =
                    [one.id, two.id, three.id].map(|it| all[&it].to_json()["budget"].clone()).to_vec();
                assert_eq!(budgets, [json!(5), json!(1), json!(5)]);

                let found = |tx: &mut Tx<'_>, value: &str| -> Vec<SurveyId> {
                    let found = surveys::list_having(tx, Shelf::AtWork, (&id("budget"), value), None, 9).unwrap();
                    found.iter().map(|it| it.id).collect()
                };
                assert_eq!(found(tx, "5"), [one.id]);
                assert_eq!(found(tx, "1"), [two.id]);
                assert_eq!(found(tx, "5' or '1'='1"), []);

                let gone = tx.now().plus_ms(Timestamp::DAY_MS);
                assert_eq!(surveys::delete_trashed(tx, gone, 9)?, [three.id]);
                assert_eq!(metadata::list(tx, &list, &[three.id])?.len(), 0, "values go with their survey");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
