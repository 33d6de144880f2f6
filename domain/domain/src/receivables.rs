//! What is owed: allocation, ageing, balances, interest, statements.
