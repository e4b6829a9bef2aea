//! Type stubs: this file is about what editors and type checkers are told of the module `canvass`, from anywhere.

use canvass_script::component;
use reqwest::Method;

use crate::support::Canvass;

#[tokio::test]
async fn the_stubs_are_everybodys_and_are_sent_once() {
    let canvass = Canvass::start().await;
    let ray = canvass.ray();
    let path = "/-/schema/canvass.pyi";
    let stubs = ray.get(path).await.expect(200);
    assert_eq!(stubs.text(), component::STUBS);
    assert_eq!(stubs.header("content-type"), "text/x-python; charset=utf-8");
    assert_eq!(stubs.header("cache-control"), "public, max-age=3600");
    assert_eq!(stubs.header("access-control-allow-origin"), "*");
    let tag = stubs.header("etag").to_owned();
    assert!(tag.starts_with(&format!("W/\"{}-", component::CONTRACT)), "{tag}");
    let again = ray.send(ray.request(Method::GET, path).header("if-none-match", &tag)).await.expect(304);
    assert_eq!((again.text().as_str(), again.header("etag")), ("", tag.as_str()));
    ray.send(ray.request(Method::GET, path).header("if-none-match", "W/\"0-0\"")).await.expect(200);
}
