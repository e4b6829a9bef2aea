// Who walks through the journeys: what they do in more than one of them.

/** The options of `startCanvass` that give two tenants with surveys and responses. */
export const demo = { args: ["--demo"] };

/** How the administrator of the demonstration tenant `alias` gets in: `{ alias, email, password, token }`. */
export async function entranceTo(canvass, alias) {
  const { demo } = await canvass.announcement("how to sign in", (it) => it.demo);
  return demo.find((it) => it.alias === alias);
}

/** Signs the administrator of the demonstration tenant `alias` in, or whoever has this `role` there, and returns the page. */
export async function signIn(canvass, visitor, alias = "adatum", role = "administrator") {
  const { email, password, colleagues } = await entranceTo(canvass, alias);
  await visitor.goto("/-/login");
  return fillIn(visitor, { email: colleagues.find((it) => it.role === role)?.email ?? email, password });
}

/** Fills in the sign-in form that is open, and waits for the console. */
export async function fillIn(visitor, { email, password }) {
  await visitor.getByLabel("E-mail").fill(email);
  await visitor.getByLabel("Password").fill(password);
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await visitor.waitForURL(/\/-\/console/);
  return visitor;
}

/** Makes Olga the operator with the link of this start, looks at the form by the way, and returns the page. */
export async function becomeOperator(canvass, visitor, look = () => {}) {
  const { operator_setup_url } = await canvass.announcement("the operator's link", (it) => it.operator_setup_url);
  await visitor.goto(operator_setup_url);
  await look(visitor);
  await visitor.getByLabel("Your name").fill("Olga Berg");
  await visitor.getByLabel("E-mail address").fill("olga@canvass.example");
  await visitor.getByLabel("Password").fill("four quiet lighthouses");
  await visitor.getByRole("button", { name: "Become the operator" }).click();
  await visitor.getByRole("heading", { name: "Tenants" }).waitFor();
  return visitor;
}

/** The organisation that signs up. */
export const northwind = {
  name: "Northwind Traders",
  alias: "northwind-traders",
  person: "Nora West",
  email: "nora@northwind.example",
  password: "three boats leave at noon",
};

/** Fills in everything of the sign-up form after the organisation's name and address, and sends it. */
export async function confirmSignUp(visitor) {
  await visitor.getByRole("radio", { name: /^Standard/ }).check();
  await visitor.getByLabel("Your name").fill(northwind.person);
  await visitor.getByLabel("E-mail address").fill(northwind.email);
  await visitor.getByLabel("Password").fill(northwind.password);
  await visitor.getByLabel(/I accept the/).check();
  await visitor.getByRole("button", { name: "Create our surveys" }).click();
}

/** Adds a question to the section whose place is `section`, counted from 0, and opens its form. */
export async function addQuestion(member, kind, label, section = 0) {
  const adder = member.locator(".adder").nth(section);
  if (!(await adder.evaluate((it) => it.open))) await adder.getByText("Add a question").click();
  await adder.getByRole("button", { name: kind, exact: true }).click();
  await member.getByLabel(kind === "Statement" ? "Statement" : "Question", { exact: true }).fill(label);
}

/** Saves the question whose form is open. */
export async function saveQuestion(member) {
  await member.getByRole("button", { name: "Save question" }).last().click();
  await member.locator(".item-form").waitFor({ state: "detached" });
}

/** Whether what `locator` finds has the focus. */
export const hasFocus = (locator) => locator.evaluate((it) => it === document.activeElement);
