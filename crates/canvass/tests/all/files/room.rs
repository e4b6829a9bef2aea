//! How much may be uploaded: this file is about the plan's limits, shown before they are met and kept when they are.

use canvass_model::{plan::PlanId, tenant::TenantRecord};
use canvass_storage::tenants;
use reqwest::Method;

use super::{PAGE, file, upload};
use crate::support::Canvass;

const MEGABYTE: usize = 1_000_000;

/// Adatum on the trial plan: 5 MB a file, 20 MB and 20 files in all.
async fn on_trial(canvass: &Canvass) {
    let tenant = canvass.tenant("adatum").await;
    let record = TenantRecord { plan: PlanId::Trial, ..tenant.record().clone() };
    canvass.directory().write(move |tx| tenants::update(tx, &record)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_by_name_and_leaves_nothing() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    on_trial(&canvass).await;
    let large = vec![0; 5 * MEGABYTE + 1];
    let refused = upload(&carl, PAGE, ("large.bin", &large)).await.expect(413);
    assert!(refused.shows("A file may have at most 5 MB on the trial plan"), "{}", refused.text());
    assert!(refused.shows("At most 5 MB."), "said beforehand, too");
    // Without its length beforehand it is cut off while it arrives.
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), &large).unwrap();
    let streamed = tokio::fs::File::open(written.path()).await.unwrap();
    let request = program.request(Method::POST, "/api/v1/files?name=large.bin");
    let refused = program.send(request.body(streamed)).await.expect(413).json();
    assert!(refused["type"].as_str().unwrap().ends_with("/too-large"), "{refused}");
    assert_eq!(canvass.tenant("adatum").await.list_contents().await.unwrap(), []);
    file(&program, "fits.bin", &large[1..]).await;
}

#[tokio::test]
async fn a_limit_is_shown_before_it_is_met_and_two_at_once_do_not_pass_it() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    on_trial(&canvass).await;
    let five = vec![1; 5 * MEGABYTE];
    for _ in 0..3 {
        file(&program, "five.bin", &five).await;
    }
    let below = carl.get(PAGE).await.expect(200);
    assert!(below.shows("15 MB of 20 MB") && !below.shows("The limit is near"));

    let three = vec![1; 3 * MEGABYTE];
    let send = || {
        let request = program.request(Method::POST, "/api/v1/files?name=three.bin").body(three.clone());
        program.send(request)
    };
    let (one, other) = tokio::join!(send(), send());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "there is room for one of them");
    assert!(carl.get(PAGE).await.expect(200).shows("The limit is near"));
    assert_eq!(canvass.tenant("adatum").await.list_contents().await.unwrap().len(), 4);

    let id = file(&program, "two.bin", &five[..2 * MEGABYTE]).await;
    assert!(carl.get(PAGE).await.expect(200).shows("The limit is reached"));
    let full = upload(&carl, PAGE, ("one.bin", b"1")).await.expect(409);
    assert!(full.shows("All files together may have at most 20 MB on the trial plan"), "{}", full.text());
    program.delete(&format!("/api/v1/files/{id}")).await.expect(204);
    upload(&carl, PAGE, ("one.bin", b"1")).await.expect(409);
    carl.post_form(&format!("{PAGE}/{id}/deletion"), &[("", "")]).await.expect(303);
    upload(&carl, PAGE, ("one.bin", b"1")).await.expect(303);
}

#[tokio::test]
async fn there_are_as_many_files_as_the_plan_says() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    on_trial(&canvass).await;
    for number in 0..20 {
        file(&program, &format!("{number}.bin"), b"x").await;
    }
    let request = program.request(Method::POST, "/api/v1/files?name=more.bin").body("x");
    let refused = program.send(request).await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("room for 20 files"), "{refused}");
}
