//! Files: this file is about their rows and their bytes, kept, read in parts, removed and told apart on both engines.

use canvass_model::{
    file::{Content, File, FileName, Media, Scan},
    id::{ContentId, FileId},
    member::Actor,
    page::Target,
    survey::Revision,
};
use canvass_storage::{
    Arrived, Error, Tenant, Tx,
    files::{self, Shelf, Usage},
    pages,
};

use crate::{a_page, a_tenant, on_each_engine};

/// Three pieces, the last one short, with every byte telling where it stands.
fn long() -> Vec<u8> {
    (0..600_000_u32).flat_map(|it| [it.to_le_bytes()[0], it.to_le_bytes()[1]]).take(700_001).collect()
}

async fn upload(tenant: &Tenant, bytes: &[u8]) -> Arrived {
    let mut incoming = tenant.receive();
    for piece in bytes.chunks(77_777) {
        incoming.write(piece).await.unwrap();
    }
    incoming.finish().await.unwrap()
}

async fn read_from(tenant: &Tenant, id: ContentId, mut from: u64) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let piece = tenant.content(id, from).await.unwrap().expect("it is there");
        assert!(piece.len() <= 256 * 1024, "a piece is small");
        if piece.is_empty() {
            return all;
        }
        from += piece.len() as u64;
        all.extend(piece);
    }
}

fn a_file(tx: &Tx<'_>, name: &str, arrived: &Arrived) -> File {
    let now = tx.now();
    let content = Content {
        id: arrived.id,
        version: 1,
        media: Media::decide(name, &arrived.head),
        bytes: arrived.bytes,
        sha256: arrived.sha256.clone(),
        scan: Scan::Unscanned,
        trouble: None,
        by: Actor::Canvass,
        at: now,
    };
    File {
        id: tx.new_id(),
        name: FileName::parse(name).unwrap(),
        revision: Revision(1),
        created_at: now,
        updated_at: now,
        trashed_at: None,
        contents: vec![content],
    }
}

async fn stored(tenant: &Tenant, name: &'static str, arrived: &Arrived) -> File {
    let arrived = arrived.clone();
    let work = move |tx: &mut Tx<'_>| {
        let file = a_file(tx, name, &arrived);
        files::insert(tx, &file)?;
        Ok::<_, Error>(file)
    };
    tenant.write(work).await.unwrap()
}

#[tokio::test]
async fn bytes_come_back_as_they_came_from_any_place_on() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let bytes = long();
        let arrived = upload(&tenant, &bytes).await;
        assert_eq!(arrived.bytes, 700_001);
        assert_eq!(arrived.head, bytes[..4_096]);
        assert_eq!(arrived.sha256.len(), 64);
        for from in [0_usize, 1, 262_143, 262_144, 524_288, 700_000, 700_001] {
            assert!(read_from(&tenant, arrived.id, from as u64).await == bytes[from..], "from {from}");
        }
        let whole = upload(&tenant, &bytes[..262_144]).await;
        assert!(read_from(&tenant, whole.id, 262_144).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_did_not_arrive_whole_is_not_there_but_listed_to_be_swept() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        assert_eq!(tenant.list_contents().await.unwrap(), []);
        let mut half = tenant.receive();
        half.write(&long()[..300_000]).await.unwrap();
        drop(half);
        let [left] = tenant.list_contents().await.unwrap()[..] else { panic!("one is left") };
        assert!(left.made_at_ms().is_some(), "its age can be told");
        tenant.remove_contents(vec![left, left]).await.unwrap();
        assert_eq!(tenant.list_contents().await.unwrap(), []);
        assert_eq!(tenant.content(left, 0).await.unwrap(), None);

        let mut given_up = tenant.receive();
        given_up.write(&long()[..300_000]).await.unwrap();
        given_up.abandon().await.unwrap();
        assert_eq!(tenant.list_contents().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn another_tenant_reaches_no_byte() {
    on_each_engine(async |directory| {
        let (adatum, fabrikam) = (a_tenant(&directory, "Adatum").await, a_tenant(&directory, "Fabrikam").await);
        let arrived = upload(&adatum, b"secret").await;
        let file = stored(&adatum, "secret.txt", &arrived).await;
        assert_eq!(fabrikam.content(arrived.id, 0).await.unwrap(), None);
        assert_eq!(fabrikam.list_contents().await.unwrap(), []);
        fabrikam.remove_contents(vec![arrived.id]).await.unwrap();
        assert_eq!(adatum.content(arrived.id, 0).await.unwrap().unwrap(), b"secret");
        assert_eq!(fabrikam.read(move |tx| files::find(tx, file.id)).await.unwrap(), None);
        assert_eq!(fabrikam.read(files::usage).await.unwrap(), Usage::default());
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_goes_takes_its_bytes_along() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let arrived = upload(&tenant, &long()).await;
        stored(&tenant, "long.bin", &arrived).await;
        let mut late = tenant.receive();
        late.write(&[1]).await.unwrap();
        directory.remove_database(tenant.record().id).await.unwrap();
        assert_eq!(tenant.content(arrived.id, 0).await.unwrap(), None);
        assert_eq!(tenant.list_contents().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_file_keeps_its_contents_in_their_order() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (first, second) = (upload(&tenant, b"first").await, upload(&tenant, b"second, longer").await);
        let file = stored(&tenant, "menu.txt", &first).await;
        let (id, later) = (file.id, second.clone());
        let replace = move |tx: &mut Tx<'_>| {
            let newer = Content { version: 2, ..a_file(tx, "menu.txt", &later).contents.remove(0) };
            files::insert_content(tx, id, &newer)
        };
        tenant.write(replace).await.unwrap();
        let found = tenant.read(move |tx| files::find(tx, id)).await.unwrap().unwrap();
        assert_eq!(found.contents.iter().map(|it| it.id).collect::<Vec<_>>(), [second.id, first.id]);
        assert_eq!(found.contents[1], file.contents[0]);
        assert_eq!(tenant.read(files::usage).await.unwrap(), Usage { files: 1, bytes: 19 });
        let of_first = tenant.read(move |tx| files::find_of_content(tx, first.id)).await.unwrap();
        assert_eq!(of_first.map(|it| it.id), Some(id));

        let infected = Content { scan: Scan::Infected("Test".to_owned()), ..found.contents[0].clone() };
        tenant.write(move |tx| files::update_content(tx, &infected)).await.unwrap();
        assert_eq!(tenant.read(files::usage).await.unwrap().bytes, 5);
        let unscanned = tenant.read(|tx| files::list_unscanned(tx, tx.now().plus_ms(1), 10)).await.unwrap();
        assert_eq!(unscanned, [first.id]);
        let known = tenant.read(files::known_contents).await.unwrap();
        assert!(known.len() == 1 && known.contains(&first.id), "the bytes of what is infected are to be swept");
    })
    .await;
}

#[tokio::test]
async fn files_are_listed_by_age_and_go_with_the_trash() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let mut made: Vec<FileId> = Vec::new();
        for _ in 0..3 {
            let arrived = upload(&tenant, b"x").await;
            made.push(stored(&tenant, "x.txt", &arrived).await.id);
        }
        let list = async |shelf: Shelf, after: Option<FileId>, limit: u32| {
            let found = tenant.read(move |tx| files::list(tx, shelf, after, limit)).await.unwrap();
            found.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(list(Shelf::Kept, None, 2).await, [made[2], made[1]]);
        assert_eq!(list(Shelf::Kept, Some(made[1]), 2).await, [made[0]]);
        let old = made[0];
        let trash = move |tx: &mut Tx<'_>| {
            let file = files::find(tx, old)?.unwrap();
            files::update(tx, &File { trashed_at: Some(tx.now()), ..file })
        };
        tenant.write(trash).await.unwrap();
        assert_eq!(list(Shelf::Trash, None, 9).await, [old]);
        assert_eq!(tenant.read(|tx| files::count(tx, Shelf::Kept)).await.unwrap(), 2);
        assert_eq!(tenant.read(|tx| files::count(tx, Shelf::Trash)).await.unwrap(), 1);
        assert!(tenant.write(|tx| files::delete_trashed(tx, tx.now().plus_ms(-1000), 9)).await.unwrap().is_empty());
        let gone = tenant.write(|tx| files::delete_trashed(tx, tx.now().plus_ms(1), 9)).await.unwrap();
        assert_eq!(gone.len(), 1);
        assert_eq!(tenant.read(move |tx| files::find(tx, old)).await.unwrap(), None);
        assert_eq!(tenant.read(files::known_contents).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_a_file_are_found() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let arrived = upload(&tenant, b"x").await;
        let id = stored(&tenant, "x.txt", &arrived).await.id;
        let make = move |tx: &mut Tx<'_>| {
            for path in ["menu", "today"] {
                let page = a_page(tx, path, Target::File(id));
                pages::insert(tx, &page)?;
            }
            let other = a_page(tx, "other", Target::File(tx.new_id()));
            pages::insert(tx, &other)
        };
        tenant.write(make).await.unwrap();
        let found = tenant.read(move |tx| pages::list_of_files(tx, &[id])).await.unwrap();
        let addresses: Vec<&str> = found.iter().map(|(_, page)| page.address.native()).collect();
        assert_eq!(addresses, ["menu", "today"]);
    })
    .await;
}
