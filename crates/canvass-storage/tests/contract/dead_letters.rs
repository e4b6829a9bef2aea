//! Dead letters: this file is about responses that cannot be applied, and those behind them.

use canvass_model::{plan::Lane, response::Accepted};
use canvass_storage::{Applied, Error, Tx, dead_letters, responses};

use crate::support::{Installation, on_every_engine, response, stored};

/// Applies what can be applied; refuses those whose answers say so, in the way they say.
fn apply_all_but_poison(tx: &mut Tx<'_>, records: &[Accepted]) -> Result<(), Error> {
    for record in records {
        match record.answers.as_str() {
            "rejected" => return Err(Error::Rejected("it answers no question".to_owned())),
            "panic" => panic!("a defect"),
            _ => {}
        }
    }
    responses::insert_many(tx, records).map(drop)
}

async fn apply(canvass: &Installation) -> Applied {
    canvass.directory.intake().apply(Lane::Standard, 1_000, apply_all_but_poison).await.unwrap()
}

fn poison(number: u128, answers: &str) -> Accepted {
    Accepted { answers: answers.to_owned(), ..response(number) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_cannot_be_applied_becomes_a_dead_letter_and_blocks_nobody() {
    on_every_engine(async |canvass| {
        let (adatum, fabrikam) = (canvass.tenant("adatum").await, canvass.tenant("fabrikam").await);
        let records = vec![response(1), poison(2, "rejected"), response(3), poison(4, "panic"), response(5)];
        adatum.append(records).await.unwrap();
        fabrikam.append(vec![response(6)]).await.unwrap();

        let mut total = Applied::default();
        for _ in 0..4 {
            let Applied { taken, dead } = apply(&canvass).await;
            total = Applied { taken: total.taken + taken, dead: total.dead + dead };
        }
        assert_eq!(total, Applied { taken: 6, dead: 2 });
        assert_eq!(stored(&adatum).await, [response(1), response(3), response(5)]);
        assert_eq!(stored(&fabrikam).await, [response(6)]);

        let letters = canvass.directory.read(|tx| dead_letters::list(tx, None, 10)).await.unwrap();
        assert!(letters.iter().all(|it| it.tenant == adatum.record().alias && it.lane == Lane::Standard));
        let reasons: Vec<_> = letters.iter().map(|it| it.reason.as_str()).collect();
        assert!(reasons.contains(&"it answers no question"), "{reasons:?}");
        assert!(reasons.iter().any(|it| it.contains("a defect")), "{reasons:?}");
        assert!(!adatum.is_waiting(response(2).id).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_can_be_tried_again() {
    on_every_engine(async |mut canvass| {
        let tenant = canvass.tenant("adatum").await;
        tenant.append(vec![response(1), poison(2, "rejected")]).await.unwrap();
        apply(&canvass).await;
        let letters = canvass.directory.read(|tx| dead_letters::list(tx, None, 10)).await.unwrap();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        let id = letter.id;

        // Also right after a start, when the intake may still hold it.
        canvass.reopen().await;
        let found = canvass.directory.read(move |tx| dead_letters::find(tx, id)).await.unwrap();
        let (alias, record) = found.unwrap();
        assert_eq!(record, poison(2, "rejected"));
        let tenant = canvass.directory.tenant(&alias).await.unwrap().unwrap();
        tenant.append(vec![record]).await.unwrap();
        assert!(canvass.directory.write(move |tx| dead_letters::delete(tx, id)).await.unwrap());

        canvass.drain().await;
        assert_eq!(stored(&tenant).await, [response(1), poison(2, "rejected")]);
        assert_eq!(canvass.directory.read(dead_letters::count).await.unwrap(), 0);
    })
    .await;
}
