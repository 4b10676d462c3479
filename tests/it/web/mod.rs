//! The pages through a real socket, as a browser meets them.

mod accept;
mod bills;
mod browser;
mod contracts;
mod corrections;
mod html;
mod import;
mod pages;
mod partners;
mod price;
mod question;
mod sign;
mod weigh;
