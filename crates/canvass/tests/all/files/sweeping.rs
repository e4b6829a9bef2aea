//! What files leave behind: this file is about the sweep that makes room, and asks for scans that were forgotten.

use canvass_actions::files::sweep;
use canvass_model::{
    file::{File, Scanning},
    job::Job,
    time::Timestamp,
};
use canvass_storage::{Error, Tx, files, jobs};

use super::{PNG, file};
use crate::support::Canvass;

#[tokio::test]
async fn a_month_in_the_trash_is_the_end_of_a_file_and_its_bytes() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let (old, young) = (file(&program, "old.png", PNG).await, file(&program, "young.png", PNG).await);
    let tenant = canvass.tenant("adatum").await;
    for (id, days) in [(old.clone(), 31), (young, 29)] {
        let id = canvass_model::id::FileId::parse(&id).unwrap();
        let trash = move |tx: &mut Tx<'_>| {
            let file = files::find(tx, id)?.unwrap();
            let then = tx.now().plus_ms(-days * Timestamp::DAY_MS);
            files::update(tx, &File { trashed_at: Some(then), ..file })
        };
        tenant.write(trash).await.unwrap();
    }
    let mut cut = tenant.receive();
    cut.write(&vec![1; 300_000]).await.unwrap();
    drop(cut);
    assert_eq!(sweep(canvass.directory(), &tenant, Scanning::Off).await.unwrap(), 1);
    let left = tenant.read(|tx| files::list(tx, files::Shelf::Trash, None, 9)).await.unwrap();
    assert_eq!(left.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["young.png"]);
    let stored = tenant.list_contents().await.unwrap();
    assert_eq!(stored.len(), 2, "what may still be arriving is spared");
}

#[tokio::test]
async fn a_scan_that_was_forgotten_is_asked_for_once_a_day() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let id = canvass_model::id::FileId::parse(&file(&program, "menu.png", PNG).await).unwrap();
    let tenant = canvass.tenant("adatum").await;
    let scans = async || {
        let all = canvass.directory().read(|tx| jobs::list(tx, None, None, 50)).await.unwrap();
        all.into_iter().filter(|it| matches!(it.job, Job::Scan(_))).count()
    };
    sweep(canvass.directory(), &tenant, Scanning::On).await.unwrap();
    assert_eq!(scans().await, 0, "it was uploaded just now");
    let age = move |tx: &mut Tx<'_>| {
        let file = files::find(tx, id)?.unwrap();
        let content = canvass_model::file::Content {
            at: file.contents[0].at.plus_ms(-Timestamp::HOUR_MS),
            ..file.contents[0].clone()
        };
        files::delete_content(tx, content.id)?;
        files::insert_content(tx, id, &content)?;
        Ok::<_, Error>(())
    };
    tenant.write(age).await.unwrap();
    for _ in 0..2 {
        sweep(canvass.directory(), &tenant, Scanning::On).await.unwrap();
    }
    assert_eq!(scans().await, 1);
    sweep(canvass.directory(), &tenant, Scanning::Off).await.unwrap();
}
