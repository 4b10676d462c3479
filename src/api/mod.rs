//! HTTP: parsing, authentication, OpenAPI. No business rule.
