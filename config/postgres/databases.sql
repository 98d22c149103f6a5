-- Run once by PostgreSQL's image on an empty volume: the databases beside DocFlow's own.
CREATE DATABASE mlflow;
CREATE DATABASE prefect;
