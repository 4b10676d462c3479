//! Methods that ship, from outside: the shape of their documents, the commands, and the answers.

use symbiosis_ledger::domain::json_schema::document;
use symbiosis_ledger::domain::method::Method;

use crate::golden::assert_golden;

#[test]
fn the_schema_of_method_documents_is_the_file_that_ships() {
    let document = document::<Method>("A method: items, indicators and what makes a park pass");
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    assert_golden("../../schemas/method/method.schema.json", &text);
}
