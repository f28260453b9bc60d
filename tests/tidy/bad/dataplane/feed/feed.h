/*
 * feed.h - of another folder.
 */
