//! Forms on pages: this file is about which fields a browser would send if nobody touched them.

/// The fields of the first form that goes to `action`, as they stand. `None` when the page has no such form.
pub fn fields(page: &str, action: &str) -> Option<Vec<(String, String)>> {
    let form = tags(page, "form").find(|it| attribute(it, "action").as_deref().unwrap_or_default() == action)?;
    let begin = form.as_ptr() as usize - page.as_ptr() as usize;
    let body = &page[begin..];
    let body = &body[..body.find("</form").unwrap_or(body.len())];
    let mut fields = Vec::new();
    fields.extend(tags(body, "input").filter_map(input));
    fields.extend(areas(body));
    fields.extend(selections(body));
    Some(fields)
}

/// Text with the entities that our templates write resolved.
pub fn decode(text: &str) -> String {
    let mut decoded = text.to_owned();
    for (entity, character) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'")]
    {
        decoded = decoded.replace(entity, character);
    }
    for (entity, character) in [("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")] {
        decoded = decoded.replace(entity, character);
    }
    decoded
}

fn input(tag: &str) -> Option<(String, String)> {
    let name = attribute(tag, "name")?;
    let value = attribute(tag, "value");
    match attribute(tag, "type").as_deref() {
        Some("checkbox" | "radio") => is_set(tag, "checked").then(|| (name, value.unwrap_or_else(|| "on".to_owned()))),
        Some("submit" | "button" | "file" | "image" | "reset") => None,
        _ => Some((name, value.unwrap_or_default())),
    }
}

fn areas(body: &str) -> impl Iterator<Item = (String, String)> {
    tags(body, "textarea").filter_map(move |tag| {
        let content = &body[tag.as_ptr() as usize - body.as_ptr() as usize + tag.len()..];
        let content = &content[..content.find("</textarea").unwrap_or(content.len())];
        let content = content.strip_prefix('\n').unwrap_or(content);
        Some((attribute(tag, "name")?, decode(content)))
    })
}

fn selections(body: &str) -> impl Iterator<Item = (String, String)> {
    tags(body, "select").filter_map(move |tag| {
        let content = &body[tag.as_ptr() as usize - body.as_ptr() as usize..];
        let content = &content[..content.find("</select").unwrap_or(content.len())];
        let chosen = tags(content, "option").find(|it| is_set(it, "selected"));
        let chosen = chosen.or_else(|| tags(content, "option").next())?;
        Some((attribute(tag, "name")?, attribute(chosen, "value")?))
    })
}

/// The opening tags of one element, from `<` to `>`.
fn tags<'a>(html: &'a str, element: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!("<{element}");
    let places: Vec<usize> = html.match_indices(&begin).map(|(at, _)| at).collect();
    places.into_iter().filter_map(move |at| {
        let rest = &html[at..];
        let is_whole = rest[begin.len()..].starts_with(|it: char| it.is_whitespace() || it == '>' || it == '/');
        is_whole.then(|| &rest[..=end_of_tag(rest)])
    })
}

/// Where a tag ends: a `>` outside quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, character) in tag.char_indices() {
        match (quote, character) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None | Some(_), _) => {}
        }
    }
    tag.len() - 1
}

/// An attribute's value, if the tag has it with one.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some(at) = rest.find(&format!("{name}=")) {
        let value = &rest[at + name.len() + 1..];
        if rest[..at].ends_with(char::is_whitespace) {
            let text = match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next()?,
                _ => value.split(|it: char| it.is_whitespace() || it == '>').next()?,
            };
            return Some(decode(text));
        }
        rest = value;
    }
    None
}

/// Whether a tag has an attribute that needs no value.
fn is_set(tag: &str, name: &str) -> bool {
    tag.split(|it: char| it.is_whitespace() || it == '>' || it == '/' || it == '=').skip(1).any(|it| it == name)
}
