//! The pages through a real socket, as a browser meets them.

mod accept;
mod bills;
pub mod browser;
mod contracts;
mod corrections;
pub mod html;
mod import;
mod pages;
mod partners;
mod price;
mod question;
mod sign;
mod weigh;
