//! The tests' own PostgreSQL: this file is about whether it starts, stops, comes back and stays out of the way.

use crate::support::postgres::Postgres;

#[tokio::test]
async fn every_database_is_new_and_belongs_to_a_role_that_is_no_superuser() {
    let postgres = Postgres::shared();
    let (first, second) = (postgres.database(), postgres.database());
    assert_ne!(first, second);

    let client = connect(&first).await;
    let row = client.query_one("select rolsuper, rolbypassrls from pg_roles where rolname = current_user", &[]).await;
    let row = row.unwrap();
    assert_eq!((row.get(0), row.get(1)), (false, false));
    client.batch_execute("create table t (id text)").await.unwrap();
    assert!(connect(&second).await.query("table t", &[]).await.is_err());

    let client = connect(&postgres.as_superuser(&first)).await;
    let row = client.query_one("select rolsuper from pg_roles where rolname = current_user", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
}

#[tokio::test]
async fn a_server_of_ones_own_can_crash_and_come_back() {
    let postgres = Postgres::start_with("max_connections = 7");
    let url = postgres.database();
    connect(&url).await.batch_execute("create table t (id text)").await.unwrap();

    postgres.stop_immediately();
    assert!(tokio_postgres::connect(&url, tokio_postgres::NoTls).await.is_err());

    postgres.start_again();
    let row = connect(&url).await.query_one("show max_connections", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "7");
    connect(&url).await.query("table t", &[]).await.unwrap();
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
