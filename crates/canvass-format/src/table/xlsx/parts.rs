//! The other files of a workbook: this file is about what tells a spreadsheet where its sheets are and how cells look.

const TYPES: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// The name of a sheet's file; they are counted from 1.
pub(super) fn sheet(number: u32) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// Everything but the sheets: of so many sheets of responses, and the codebook behind them.
pub(super) fn others(sheets: u32) -> [(&'static str, String); 5] {
    let each = |part: &dyn Fn(u32) -> String| (1..=sheets + 1).map(part).collect::<Vec<_>>().concat();
    let overrides = each(&|it| format!(r#"<Override PartName="/{}" ContentType="{TYPES}.worksheet+xml"/>"#, sheet(it)));
    let types = format!(
        r#"{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{TYPES}.styles+xml"/>{overrides}</Types>"#
    );
    let root = relations(&relation("rId1", "officeDocument", "xl/workbook.xml"));
    let listed = each(&|it| format!(r#"<sheet name="{}" sheetId="{it}" r:id="rId{it}"/>"#, name(it, sheets)));
    let workbook =
        format!(r#"{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>"#);
    let targets = each(&|it| relation(&format!("rId{it}"), "worksheet", &format!("worksheets/sheet{it}.xml")));
    let workbook_relations = relations(&format!("{targets}{}", relation("rId0", "styles", "styles.xml")));
    [
        ("xl/styles.xml", styles()),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", workbook_relations),
        ("_rels/.rels", root),
        ("[Content_Types].xml", types),
    ]
}

/// What the tab of a sheet says.
fn name(number: u32, sheets: u32) -> String {
    match number {
        1 => "Responses".to_owned(),
        it if it <= sheets => format!("Responses {it}"),
        _ => "Codebook".to_owned(),
    }
}

fn relations(content: &str) -> String {
    format!(r#"{DECLARATION}<Relationships xmlns="{RELATIONS}">{content}</Relationships>"#)
}

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="{DOCUMENT}/{kind}" Target="{target}"/>"#)
}

/// The looks of cells, in the order of [`Style`](super::sheet::Style).
fn styles() -> String {
    let plain = r#"<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0""#;
    let number = |format: u32| {
        format!(r#"<xf numFmtId="{format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#)
    };
    format!(
        r#"{DECLARATION}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">{plain}/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>{}{}{plain} quotePrefix="1"/></cellXfs></styleSheet>"#,
        number(164),
        number(165)
    )
}
