//! Folds of the log into rows; start-up repair and live running are one function.
