//! The pages through a real socket, as a browser meets them.

mod accept;
mod browser;
mod contracts;
mod html;
mod pages;
mod question;
mod sign;
mod weigh;
