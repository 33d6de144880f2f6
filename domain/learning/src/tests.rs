mod features;
mod ibm;
mod metrics;
mod training;
