#!/bin/bash
# Runs once, when the PostgreSQL container finds an empty volume: the two roles and the database.
# The owner migrates; the application runs, and what it may do is granted by the migrations.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet -v ON_ERROR_STOP=1 \
    -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE marketplace_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE marketplace_app LOGIN PASSWORD :'app_password';
CREATE DATABASE marketplace OWNER marketplace_owner TEMPLATE template0;
SQL
